import { sha256Hex } from '../ledger/hash.ts';
import type { StateStore } from '../ports.ts';
import { readMany } from '../risk/agent-directory.ts';
import type { EntityRef, StoredItem, Write } from '../state/entities.ts';
import { asNumber, asText } from '../state/stored.ts';
import type { ChainPoint } from './chain-audit.ts';
import { chainStart } from './chain-audit.ts';

/** The last recorded run. */
export const RUN: EntityRef = { entity: 'reconciliation' };

/** A run that was recorded: until when everything was reconciled, epoch milliseconds, and its event. */
export interface RecordedRun {
  readonly toMs: number;
  readonly seq: number;
  readonly hash: string;
}

/** The last recorded run; undefined before the first. */
export function decodeRun(item: StoredItem | undefined): RecordedRun | undefined {
  if (item === undefined) return undefined;
  return {
    toMs: asNumber(item['toMs'], 'toMs'),
    seq: asNumber(item['seq'], 'seq'),
    hash: asText(item['hash'], 'hash'),
  };
}

/** Moves the end of the reconciled time, provided that no other run did. */
export function runWrite(last: RecordedRun | undefined, { toMs, seq, hash }: RecordedRun): Write {
  return {
    op: 'put',
    ref: RUN,
    item: { toMs, seq, hash },
    when: last === undefined ? [{ if: 'absent' }] : [{ if: 'equals', attribute: 'toMs', value: last.toMs }],
  };
}

/** Where each chain is read from, in the order of `chains`. */
export async function readStarts(store: StateStore, chains: readonly string[]): Promise<readonly ChainPoint[]> {
  const items = await readMany(store, chains, (chain) => ({ entity: 'reconciledChain', chain }));
  return chains.map((chain, index) => {
    const item = items[index];
    if (item === undefined) return chainStart(chain);
    return { nextSeq: asNumber(item['nextSeq'], 'nextSeq'), hash: asText(item['hash'], 'hash') };
  });
}

const BATCH = 50;
// DynamoDB's ClientRequestToken holds 1 to 36 characters.
const TOKEN_LENGTH = 36;

/** Stores where the next run reads each chain from. Losing this only makes the next run read more. */
export async function storeStarts(store: StateStore, starts: ReadonlyMap<string, ChainPoint>): Promise<void> {
  const writes = [...starts].map(
    ([chain, { nextSeq, hash }]): Write => ({
      op: 'put',
      ref: { entity: 'reconciledChain', chain },
      item: { nextSeq, hash },
      when: [],
    }),
  );
  for (let start = 0; start < writes.length; start += BATCH) {
    const batch = writes.slice(start, start + BATCH);
    await store.commit(batch, sha256Hex(JSON.stringify(batch)).slice(0, TOKEN_LENGTH));
  }
}
