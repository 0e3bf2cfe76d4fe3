import type { JsonValue } from '../../json.ts';
import { isJsonObject } from '../../json.ts';
import type { Result } from '../../result.ts';
import { ok, refused } from '../../result.ts';
import type { ChainTail } from './chain-tails.ts';
import type { Findings } from './check.ts';
import { hex } from './fast-hash.ts';
import { CLOCK_SKEW_SECONDS } from './options.ts';

/** A chain's last event as the state table has it. */
export interface LogHead {
  readonly seq: number;
  /** Leaf hash, hexadecimal. */
  readonly hash: string;
  /** The event's time, epoch milliseconds, where it is known. */
  readonly timeMs?: number;
}

/** Heads by chain. */
export type LogHeads = ReadonlyMap<string, LogHead>;

/** The text of `heads.json`: `{"<chain>":{"seq":2,"hash":"…","timeMs":…}}`, chains sorted. */
export function formatLogHeads(heads: LogHeads): string {
  const sorted = [...heads].sort(([left], [right]) => (left < right ? -1 : 1));
  return `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`;
}

/** Reads `heads.json`; the problem says what is wrong with it. */
export function parseLogHeads(text: string): Result<LogHeads, string> {
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch {
    return refused('expected JSON heads');
  }
  if (!isJsonObject(value)) return refused('expected an object of heads');
  const heads = new Map<string, LogHead>();
  for (const [chain, head] of Object.entries(value)) {
    const { seq, hash, timeMs } = isJsonObject(head) ? head : {};
    if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || seq < 0)
      return refused(`expected a sequence number for \`${chain}\``);
    if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash)) return refused(`expected a hash for \`${chain}\``);
    if (timeMs !== undefined && typeof timeMs !== 'number') return refused(`expected a time for \`${chain}\``);
    heads.set(chain, { seq, hash, ...(timeMs !== undefined && { timeMs }) });
  }
  return ok(heads);
}

/**
 * C14. Heads are read after the checkpoint, so they can be ahead of the log but never behind it. A head that is ahead
 * is one of an event that waits to be sequenced, which is a fault once the merge delay is over by the checkpoint's own
 * time. A head whose time is not known cannot be told from one that waits: it is named as not checked.
 */
export function checkHeads(
  findings: Findings,
  heads: LogHeads,
  tails: ReadonlyMap<string, ChainTail>,
  checkpoint: { readonly timeSeconds: number | undefined; readonly mergeDelaySeconds: number },
): void {
  let waiting = 0;
  const latestMs = ((checkpoint.timeSeconds ?? 0) - checkpoint.mergeDelaySeconds - CLOCK_SKEW_SECONDS) * 1_000;
  for (const [chain, head] of heads) {
    const tail = tails.get(chain);
    const shown = `${head.seq} ${head.hash}`;
    const got = tail === undefined ? 'no event' : `${tail.seq} ${hex(tail.hash)}`;
    const fail = (code: string) => findings.add({ check: 'C14', code, chain, expected: shown, got });
    if (tail !== undefined && head.seq < tail.seq) fail('head_behind');
    else if (tail !== undefined && head.seq === tail.seq && head.hash !== hex(tail.hash)) fail('head_differs');
    else if (tail === undefined || head.seq > tail.seq) {
      const isTimed = head.timeMs !== undefined && checkpoint.timeSeconds !== undefined;
      if (isTimed && (head.timeMs ?? 0) < latestMs) fail('head_not_in_log');
      else if (!isTimed) waiting += 1;
    }
  }
  for (const [chain, tail] of tails) {
    if (heads.has(chain)) continue;
    const expected = `a head at ${tail.seq}`;
    findings.add({ check: 'C14', code: 'head_missing', chain, expected, got: 'no head' });
  }
  findings.done('C14');
  if (waiting > 0)
    findings.leaveOut('C14', `${waiting} heads ahead of the log: how long their events have waited is not known`);
}
