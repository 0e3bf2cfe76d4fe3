import type { ChainedEvent, ChainPosition, EventDraft } from '../ledger/event.ts';
import { chainEvent, emptyChain } from '../ledger/event.ts';
import type { Result } from '../result.ts';
import type { ChangeDeps, Contention } from './change-agent.ts';
import { attempt } from './change-agent.ts';
import type { EntityRef, StoredItem, Write } from './entities.ts';
import { ledgerWrite } from './ledger-write.ts';
import { asNumber, asText } from './stored.ts';

/** A chain that no agent owns, and where its head is stored. */
export interface SharedChain {
  readonly name: string;
  readonly head: EntityRef;
}

/** What a change of a shared chain starts from. `items` follow the order of the references asked for. */
export interface ChainSnapshot {
  readonly nowMs: number;
  readonly items: readonly (StoredItem | undefined)[];
}

/** What to do about a snapshot; planned again after a conflict. */
export type ChainPlan<Outcome> =
  | { readonly done: Outcome }
  | {
      readonly event: EventDraft;
      readonly writes?: (event: ChainedEvent) => readonly Write[];
      readonly result: (event: ChainedEvent) => Outcome;
    };

/**
 * Changes state and records it on a shared chain in one transaction.
 *
 * @throws {StorageFault} when the store kept failing
 */
export async function changeChain<Outcome>(
  deps: ChangeDeps,
  chain: SharedChain,
  refs: readonly EntityRef[],
  plan: (snapshot: ChainSnapshot) => ChainPlan<Outcome>,
): Promise<Result<Outcome, Contention>> {
  return attempt(deps, async () => {
    const [storedHead, ...items] = await deps.store.read([chain.head, ...refs]);
    const position = storedHead === undefined ? emptyChain(chain.name) : decodePosition(storedHead);
    const nowMs = deps.clock.nowMs();
    const next = plan({ nowMs, items });
    if ('done' in next) return { outcome: next.done };
    const id = deps.entropy.ulid(Math.max(nowMs, position.lastTimeMs));
    const event = chainEvent(chain.name, position, next.event, id, nowMs);
    const committed = await deps.store.commit(
      [headWrite(chain, storedHead === undefined, event), ledgerWrite(event), ...(next.writes?.(event) ?? [])],
      event.id,
    );
    return committed.committed ? { outcome: next.result(event) } : 'again';
  });
}

function headWrite(chain: SharedChain, first: boolean, event: ChainedEvent): Write {
  return {
    op: 'put',
    ref: chain.head,
    item: { seq: event.seq + 1, hash: event.hash, time: event.timeMs },
    when: first ? [{ if: 'absent' }] : [{ if: 'equals', attribute: 'seq', value: event.seq }],
  };
}

function decodePosition(item: StoredItem): ChainPosition {
  return {
    nextSeq: asNumber(item['seq'], 'seq'),
    prevHash: asText(item['hash'], 'hash'),
    lastTimeMs: asNumber(item['time'], 'time'),
  };
}
