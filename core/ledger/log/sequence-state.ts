import type { StateStore } from '../../ports.ts';
import type { EntityRef, StoredItem, Write } from '../../state/entities.ts';
import { asNumber, asText } from '../../state/stored.ts';
import { sha256Hex } from '../hash.ts';

/** The tree head that is committed to, before it is signed, and where all that publishing it takes is staged. */
export interface LogLock {
  readonly size: number;
  readonly rootHex: string;
  readonly stagingKey: string;
  /** SHA-256 of the staging object: only those bytes are ever replayed. */
  readonly stagingHash: string;
  /** Epoch seconds: the time the checkpoint states, the same however often it is signed again. */
  readonly timeSeconds: number;
}

/** Consecutive rows of a chain and their leaves: row `firstSeq + i` is leaf `firstIndex + i`. */
export interface SequencedRange {
  readonly chain: string;
  readonly firstSeq: number;
  readonly count: number;
  readonly firstIndex: number;
  /** The hash the chain's next event must name as `prev`. */
  readonly lastHash: string;
}

const LOCK: EntityRef = { entity: 'logLock' };

// DynamoDB's ClientRequestToken holds 1 to 36 characters.
const TOKEN_LENGTH = 36;

/** The lock; undefined when nothing was ever sequenced. */
export async function readLock(store: StateStore): Promise<LogLock | undefined> {
  const [item] = await store.read([LOCK]);
  if (item === undefined) return undefined;
  return {
    size: asNumber(item['size'], 'size'),
    rootHex: asText(item['root'], 'root'),
    stagingKey: asText(item['stagingKey'], 'stagingKey'),
    stagingHash: asText(item['stagingHash'], 'stagingHash'),
    timeSeconds: asNumber(item['time'], 'time'),
  };
}

/**
 * Moves the lock and every chain's progress in one transaction: false, and nothing moved, when another sequencer was
 * faster. After an exception it may have moved.
 */
export async function moveLock(
  store: StateStore,
  from: LogLock | undefined,
  to: LogLock,
  ranges: readonly SequencedRange[],
): Promise<boolean> {
  const lock: Write = {
    op: 'put',
    ref: LOCK,
    item: lockItem(to),
    when:
      from === undefined
        ? [{ if: 'absent' }]
        : [
            { if: 'equals', attribute: 'size', value: from.size },
            { if: 'equals', attribute: 'root', value: from.rootHex },
          ],
  };
  const puts = ranges.map((range): Write => {
    const ref: EntityRef = { entity: 'sequencedRange', chain: range.chain, firstSeq: range.firstSeq };
    return { op: 'put', ref, item: rangeItem(range), when: [{ if: 'absent' }] };
  });
  const token = sha256Hex(
    `countersign/sequence/v1\n${from?.size ?? 0}\n${from?.rootHex ?? ''}\n${to.size}\n${to.rootHex}\n${to.timeSeconds}`,
  ).slice(0, TOKEN_LENGTH);
  return (await store.commit([lock, ...puts], token)).committed;
}

function lockItem(lock: LogLock): StoredItem {
  const { size, rootHex, stagingKey, stagingHash, timeSeconds } = lock;
  return { size, root: rootHex, stagingKey, stagingHash, time: timeSeconds };
}

function rangeItem({ count, firstIndex, lastHash }: SequencedRange): StoredItem {
  return { count, firstIndex, lastHash };
}

/**
 * Reads a stored range.
 *
 * @throws {CorruptState} when the item does not have a range's shape
 */
export function decodeRange(chain: string, firstSeq: number, item: StoredItem): SequencedRange {
  return {
    chain,
    firstSeq,
    count: asNumber(item['count'], 'count'),
    firstIndex: asNumber(item['firstIndex'], 'firstIndex'),
    lastHash: asText(item['lastHash'], 'lastHash'),
  };
}
