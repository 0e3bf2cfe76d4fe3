import type { JsonObject } from '../../core/json.ts';

/** What reading or verifying a vector must give: what was found, or the code of the refusal. */
export type Expectation =
  | { readonly accepted: true; readonly found?: JsonObject }
  | { readonly accepted: false; readonly code: string };

/** One case: inputs by name, and the outcome. */
export interface Vector {
  readonly name: string;
  readonly input: JsonObject;
  readonly expect: Expectation;
  /** Where the Go libraries named in the README decide otherwise, and why. */
  readonly go?: { readonly accepted: boolean; readonly why: string };
}

/** A file of vectors of one kind. */
export interface VectorFile {
  readonly kind: string;
  readonly about: string;
  readonly vectors: readonly Vector[];
}

/** The version of the files' layout: raised when a reader of the last one would misread them. */
export const VECTORS_VERSION = 1;

/** A case that must be accepted. */
export function accepted(name: string, input: JsonObject, found?: JsonObject): Vector {
  return { name, input, expect: { accepted: true, ...(found !== undefined && { found }) } };
}

/** A case that must be refused. */
export function refusal(name: string, input: JsonObject, code: string): Vector {
  return { name, input, expect: { accepted: false, code } };
}

/** Notes that the Go libraries decide otherwise. */
export function otherwiseInGo(vector: Vector, why: string): Vector {
  return { ...vector, go: { accepted: !vector.expect.accepted, why } };
}

/** The file's text: one vector a line. */
export function formatVectors({ kind, about, vectors }: VectorFile): string {
  const head = JSON.stringify({ version: VECTORS_VERSION, kind, about }).slice(0, -1);
  return `${head},"vectors":[\n${vectors.map((vector) => JSON.stringify(vector)).join(',\n')}\n]}\n`;
}
