import type { ChainedEvent, ChainPosition, EventDraft } from '../ledger/event.ts';
import { CONTROL_CHAIN, chainEvent, emptyChain } from '../ledger/event.ts';
import type { Result } from '../result.ts';
import type { ChangeDeps, Contention } from './change-agent.ts';
import { attempt } from './change-agent.ts';
import type { EntityRef, StoredItem, Write } from './entities.ts';
import { ledgerWrite } from './ledger-write.ts';
import { asNumber, asText } from './stored.ts';

/** What a control change starts from. `items` follow the order of the references asked for. */
export interface ControlSnapshot {
  readonly nowMs: number;
  readonly items: readonly (StoredItem | undefined)[];
}

/** What to do about a control snapshot; planned again after a conflict. */
export type ControlPlan<Outcome> =
  | { readonly done: Outcome }
  | {
      readonly event: EventDraft;
      readonly writes?: (event: ChainedEvent) => readonly Write[];
      readonly result: (event: ChainedEvent) => Outcome;
    };

/**
 * Changes control state and records it on the control chain in one transaction.
 *
 * @throws {StorageFault} when the store kept failing
 */
export async function changeControl<Outcome>(
  deps: ChangeDeps,
  refs: readonly EntityRef[],
  plan: (snapshot: ControlSnapshot) => ControlPlan<Outcome>,
): Promise<Result<Outcome, Contention>> {
  return attempt(deps, async () => {
    const [storedHead, ...items] = await deps.store.read([{ entity: 'controlHead' }, ...refs]);
    const position = storedHead === undefined ? emptyChain(CONTROL_CHAIN) : decodePosition(storedHead);
    const nowMs = deps.clock.nowMs();
    const next = plan({ nowMs, items });
    if ('done' in next) return { outcome: next.done };
    const event = chainEvent(CONTROL_CHAIN, position, next.event, deps.entropy.ulid(nowMs), nowMs);
    const committed = await deps.store.commit(
      [controlHeadWrite(storedHead === undefined, event), ledgerWrite(event), ...(next.writes?.(event) ?? [])],
      event.id,
    );
    return committed.committed ? { outcome: next.result(event) } : 'again';
  });
}

function controlHeadWrite(first: boolean, event: ChainedEvent): Write {
  return {
    op: 'put',
    ref: { entity: 'controlHead' },
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
