import type { StateStore } from '../ports.ts';
import type { EntityRef } from '../state/entities.ts';
import { asNumber, asText } from '../state/stored.ts';
import { genesisHash } from './event.ts';
import { sha256Hex } from './hash.ts';

/** How far a chain is archived: the next sequence number and the hash its event must name as `prev`. */
export interface ArchiveProgress {
  readonly nextSeq: number;
  readonly prevHash: string;
}

/** Reads how far `chain` is archived; a chain without progress is at its genesis. */
export async function readProgress(store: StateStore, chain: string): Promise<ArchiveProgress> {
  const [item] = await store.read([progressRef(chain)]);
  if (item === undefined) return { nextSeq: 0, prevHash: genesisHash(chain) };
  return { nextSeq: asNumber(item['nextSeq'], 'nextSeq'), prevHash: asText(item['hash'], 'hash') };
}

/** Compare-and-swap: false when another archiver moved the chain on since `from` was read. */
export async function swapProgress(
  store: StateStore,
  chain: string,
  from: ArchiveProgress,
  to: ArchiveProgress,
): Promise<boolean> {
  const outcome = await store.commit(
    [
      {
        op: 'put',
        ref: progressRef(chain),
        item: { nextSeq: to.nextSeq, hash: to.prevHash },
        when: from.nextSeq === 0 ? [{ if: 'absent' }] : [{ if: 'equals', attribute: 'nextSeq', value: from.nextSeq }],
      },
    ],
    sha256Hex(`countersign/archive/v1\n${chain}\n${from.nextSeq}\n${to.nextSeq}\n${to.prevHash}`).slice(
      0,
      TOKEN_LENGTH,
    ),
  );
  return outcome.committed;
}

// DynamoDB's ClientRequestToken holds 1 to 36 characters.
const TOKEN_LENGTH = 36;

function progressRef(chain: string): EntityRef {
  return { entity: 'archiveProgress', chain };
}
