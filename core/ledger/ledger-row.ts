import type { JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';
import { CorruptState } from '../state/stored.ts';
import { leafHash } from './hash.ts';
import { entryBytes, statementSubject } from './statement.ts';

/** One row of the ledger table: an event's exact bytes and what the archive needs to know of them. */
export interface LedgerRow {
  readonly chain: string;
  readonly seq: number;
  /** `yyyy-mm-dd`, the UTC date of the event's own time. */
  readonly date: string;
  /** The event's own time, epoch milliseconds. */
  readonly timeMs: number;
  readonly prev: string;
  /** {@link leafHash} of `entry`. */
  readonly hash: string;
  readonly bytes: Uint8Array;
  /** The statement around `bytes`: the log's leaf data. */
  readonly entry: Uint8Array;
}

/**
 * Reads a row from its key and bytes.
 *
 * @throws {CorruptState} when the bytes are not an event of that chain and sequence number: such a row must stop the
 * archive rather than reach write-once storage
 */
export function ledgerRow(chain: string, seq: number, bytes: Uint8Array): LedgerRow {
  const event = parsedObject(bytes);
  const { chain: statedChain, seq: statedSeq, prev, time, data } = event;
  if (statedChain !== chain || statedSeq !== seq)
    throw new CorruptState(`expected an event of \`${chain}\` ${seq}, got \`${String(statedChain)}\` ${statedSeq}`);
  if (typeof prev !== 'string' || typeof time !== 'string' || !/^\d{4}-\d{2}-\d{2}T/.test(time))
    throw new CorruptState(`expected \`prev\` and \`time\` in the event of \`${chain}\` ${seq}`);
  if (!isJsonObject(data)) throw new CorruptState(`expected an object \`data\` in the event of \`${chain}\` ${seq}`);
  const entry = entryBytes(bytes, statementSubject({ chain, prev, data }));
  return { chain, seq, date: time.slice(0, 10), timeMs: Date.parse(time), prev, hash: leafHash(entry), bytes, entry };
}

function parsedObject(bytes: Uint8Array): { readonly [key: string]: JsonValue } {
  try {
    const value: JsonValue = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    if (isJsonObject(value)) return value;
  } catch {
    // Falls through: text that does not parse and JSON that is no object are the same fault.
  }
  throw new CorruptState('expected a JSON object in a ledger row');
}
