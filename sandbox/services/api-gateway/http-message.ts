/** An HTTP request as the gateway's socket received it. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  /** Names and values in order, spelled as sent. */
  readonly rawHeaders: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  readonly sourceIp: string;
}

/** An HTTP reply. A header may occur more than once. */
export interface HttpReply {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array | string;
}

/** The last value of a header, whatever its case. */
export function headerOf(request: HttpRequest, lowerCaseName: string): string | undefined {
  return request.rawHeaders.findLast(([name]) => name.toLowerCase() === lowerCaseName)?.[1];
}

/** Values by name, all of them and the last one alone. */
export interface MultiValues {
  readonly single: { readonly [name: string]: string } | null;
  readonly multi: { readonly [name: string]: readonly string[] } | null;
}

/** Groups pairs by name, as proxy events show headers and query parameters; `null` when there are none. */
export function groupValues(pairs: Iterable<readonly [name: string, value: string]>): MultiValues {
  const multi = new Map<string, string[]>();
  for (const [name, value] of pairs) multi.set(name, [...(multi.get(name) ?? []), value]);
  if (multi.size === 0) return { single: null, multi: null };
  const single = [...multi].map(([name, values]) => [name, values.at(-1) ?? ''] as const);
  return { single: Object.fromEntries(single), multi: Object.fromEntries(multi) };
}
