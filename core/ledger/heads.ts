import type { JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';

/** Where a chain stood when somebody noted it: how many events it had and the hash of the last one. */
export interface ChainHead {
  readonly nextSeq: number;
  readonly hash: string;
}

/** Heads by chain, kept outside the archive so that a cut or rewritten tail shows. */
export type ChainHeads = ReadonlyMap<string, ChainHead>;

/** The text of a heads file: `{"v":"1","heads":{"control":{"nextSeq":3,"hash":"…"}}}`, chains sorted. */
export function formatHeads(heads: ChainHeads): string {
  const sorted = [...heads].sort(([left], [right]) => (left < right ? -1 : 1));
  return `${JSON.stringify({ v: '1', heads: Object.fromEntries(sorted) }, null, 2)}\n`;
}

/** Reads a heads file; the problem says what is wrong with it. */
export function parseHeads(text: string): Result<ChainHeads, string> {
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch {
    return refused('expected a JSON heads file');
  }
  if (!isJsonObject(value) || value['v'] !== '1' || !isJsonObject(value['heads']))
    return refused('expected a heads file of version `1`');
  const heads = new Map<string, ChainHead>();
  for (const [chain, head] of Object.entries(value['heads'])) {
    const { nextSeq, hash } = isJsonObject(head) ? head : {};
    if (typeof nextSeq !== 'number' || !Number.isSafeInteger(nextSeq) || nextSeq < 0)
      return refused(`expected a count of events for \`${chain}\``);
    if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash)) return refused(`expected a hash for \`${chain}\``);
    heads.set(chain, { nextSeq, hash });
  }
  return ok(heads);
}
