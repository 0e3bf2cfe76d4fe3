import type { JsonObject } from '../../../core/json.ts';
import type { EventType } from '../../../core/ledger/event.ts';
import { agentChain, chainEvent, emptyChain } from '../../../core/ledger/event.ts';
import type { LedgerRow } from '../../../core/ledger/ledger-row.ts';
import { ledgerRow } from '../../../core/ledger/ledger-row.ts';
import type { ChainPoint, ChainReading } from '../../../core/reconcile/chain-audit.ts';
import { ChainAudit, chainStart } from '../../../core/reconcile/chain-audit.ts';
import type { HeldAction } from '../../../core/reconcile/match-actions.ts';

export const CHAIN = agentChain('111122223333:countersign-agent-payments');
export const FROM_MS = Date.UTC(2026, 10, 20);
export const TO_MS = Date.UTC(2026, 10, 21);
export const WINDOW = { fromMs: FROM_MS, toMs: TO_MS };
const HOUR_MS = 3_600_000;

/** What happens in the honest chain: one event an hour, from the window's begin on. */
export interface Step {
  readonly type: EventType;
  readonly data: JsonObject;
}

export const allow = (actionId: string): Step => ({ type: 'action.decided', data: { actionId, verdict: 'allow' } });
export const deny = (actionId: string): Step => ({ type: 'action.decided', data: { actionId, verdict: 'deny' } });
export const redeem = (actionId: string): Step => ({ type: 'action.redeemed', data: { actionId, verdict: 'allow' } });
export const seal = (actionId: string, ...requestIds: readonly string[]): Step => ({
  type: 'approval.sealed',
  data: {
    actionId,
    envelopes: requestIds.map((macRequestId) => ({ envelopeId: `env-${macRequestId}`, macRequestId })),
  },
});

/** The rows of a chain with these events. */
export function rowsOf(steps: readonly Step[], chain = CHAIN, firstMs = FROM_MS): LedgerRow[] {
  let position = emptyChain(chain);
  return steps.map(({ type, data }, index) => {
    const id = `01TEST${String(index).padStart(20, '0')}`;
    const event = chainEvent(
      chain,
      position,
      { type, frameworkRefs: ['AIR-DET-021'], data },
      id,
      firstMs + index * HOUR_MS,
    );
    position = { nextSeq: event.seq + 1, prevHash: event.hash, lastTimeMs: event.timeMs };
    return ledgerRow(chain, event.seq, event.bytes);
  });
}

/** The point after the first `count` rows. */
export function pointAfter(rows: readonly LedgerRow[], count = rows.length): ChainPoint {
  const last = rows[count - 1];
  return last === undefined ? chainStart(CHAIN) : { nextSeq: last.seq + 1, hash: last.hash };
}

/** Actions as the state holds them after these events, all of them open. */
export function heldAfter(rows: readonly LedgerRow[], steps: readonly Step[]): HeldAction[] {
  return steps.flatMap(({ type, data }, index) => {
    const row = rows[index];
    const actionId = data['actionId'];
    const isAllowed = type === 'action.redeemed' || data['verdict'] === 'allow';
    if (row === undefined || typeof actionId !== 'string' || !isAllowed) return [];
    return [{ actionId, standing: 'open' as const, seq: row.seq, hash: row.hash }];
  });
}

interface AuditChange extends Partial<ChainReading> {
  readonly after?: ChainPoint | undefined;
  readonly held?: readonly HeldAction[];
  readonly isLogless?: true;
}

/** An audit of rows; by default everything around them agrees with `rows`. */
export function auditOf(rows: readonly LedgerRow[], change: AuditChange = {}) {
  const { after, held = [], isLogless, ...reading } = change;
  const audit = new ChainAudit({
    chain: CHAIN,
    window: WINDOW,
    start: chainStart(CHAIN),
    nextStartMs: TO_MS,
    head: pointAfter(rows),
    ...(isLogless !== true && { log: pointAfter(rows) }),
    logDueMs: TO_MS,
    ...reading,
  });
  for (const row of rows) audit.accept(row);
  return audit.finish({ head: 'after' in change ? after : pointAfter(rows), held });
}
