import type { JsonObject } from '../../json.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import { sha256Hex } from '../../ledger/hash.ts';
import type { ContextShape, FactPath, RecordShape } from './context-shape.ts';
import { factAt, factPaths, fitsShape, isNames } from './context-shape.ts';
import { generateFunction } from './generate-function.ts';

/** What a bundle expects of a context, ready to be checked. */
export interface CompiledFacts {
  readonly shape: RecordShape;
  readonly paths: readonly FactPath[];
  /** True when a value has exactly the facts of the shape. Total. */
  readonly fits: (value: unknown) => boolean;
  /** The RFC 8785 canonical JSON of a context that fits. */
  readonly canonical: (context: JsonObject) => string;
}

/** Compiles the checks of a shape, each when it is first needed. */
export function compileFacts(shape: RecordShape): CompiledFacts {
  let fits: ((value: unknown) => boolean) | undefined;
  let canonical: ((context: JsonObject) => string) | undefined;
  return {
    shape,
    paths: factPaths(shape),
    fits: (value) => {
      fits ??=
        generateFunction(['isNames'], [isNames], fitsSource(shape)) ?? ((other: unknown) => fitsShape(other, shape));
      return fits(value);
    },
    canonical: (context) => {
      canonical ??=
        generateFunction(['canonicalJson'], [canonicalJson], `return (c) => ${canonicalSource(shape, 'c')};`) ??
        canonicalJson;
      return canonical(context);
    },
  };
}

/** The facts of a shape that a context does not have, as dotted paths. */
export function missingFacts(context: JsonObject, { paths }: CompiledFacts): readonly string[] {
  return paths.filter(({ path, kind }) => !fitsShape(factAt(context, path), kind)).map(({ path }) => path.join('.'));
}

/** The facts of a shape and no others; what is missing stays missing. */
export function projectContext(context: JsonObject, shape: RecordShape): JsonObject {
  const members = Object.entries(shape).flatMap(([name, member]): [string, JsonObject[string]][] => {
    const value = Object.hasOwn(context, name) ? context[name] : undefined;
    if (value === undefined) return [];
    const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
    return [[name, typeof member === 'object' && isRecord ? projectContext(value as JsonObject, member) : value]];
  });
  return Object.fromEntries(members);
}

/** SHA-256 of a context's canonical JSON. One that has no canonical form was never stored; its hash is that of `null`. */
export function contextHashOf(context: JsonObject, facts: CompiledFacts): string {
  try {
    return sha256Hex(facts.fits(context) ? facts.canonical(context) : canonicalJson(context));
  } catch {
    return sha256Hex('null');
  }
}

const RECORD = (v: string, count: number) =>
  `typeof ${v} === 'object' && ${v} !== null && !Array.isArray(${v}) && Object.keys(${v}).length === ${count}`;

/** Every member is looked at by name and their number is right, so there is no other. */
function fitsSource(shape: RecordShape): string {
  const lines: string[] = [];
  let names = 0;
  const check = (variable: string, member: ContextShape): void => {
    if (member === 'flag') lines.push(`if (typeof ${variable} !== 'boolean') return false;`);
    else if (member === 'integer')
      lines.push(`if (!Number.isSafeInteger(${variable}) || ${variable} < 0) return false;`);
    else if (member === 'names') lines.push(`if (!isNames(${variable})) return false;`);
    else {
      lines.push(`if (!(${RECORD(variable, Object.keys(member).length)})) return false;`);
      for (const [name, child] of Object.entries(member)) {
        names += 1;
        const next = `v${names}`;
        lines.push(`const ${next} = ${variable}[${JSON.stringify(name)}];`);
        check(next, child);
      }
    }
  };
  check('c', shape);
  return `return (c) => {\n${lines.join('\n')}\nreturn true;\n};`;
}

function canonicalSource(shape: ContextShape, place: string): string {
  if (shape === 'names') return `canonicalJson(${place})`;
  if (typeof shape === 'string') return place;
  const members = Object.keys(shape)
    .sort()
    .map((name, index) => {
      const member = shape[name] ?? 'names';
      const prefix = JSON.stringify(`${index === 0 ? '' : ','}${JSON.stringify(name)}:`);
      return `${prefix} + ${canonicalSource(member, `${place}[${JSON.stringify(name)}]`)}`;
    });
  return `("{" + ${[...members, '"}"'].join(' + ')})`;
}
