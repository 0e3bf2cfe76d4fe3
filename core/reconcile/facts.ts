import type { JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { LedgerEvent } from '../ledger/parse-event.ts';

/** A time span: from `fromMs` on, before `toMs`. Epoch milliseconds. */
export interface TimeWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** An envelope the ledger holds, and the KMS request that made its MAC. */
export interface SealedMac {
  readonly chain: string;
  readonly seq: number;
  readonly timeMs: number;
  readonly envelopeId: string;
  /** Undefined when the event does not name one. */
  readonly requestId: string | undefined;
}

/** An event that allowed an action. */
export interface AllowedAction {
  readonly actionId: string;
  readonly seq: number;
  readonly hash: string;
}

/** True for a time inside the window. */
export function isInside({ fromMs, toMs }: TimeWindow, timeMs: number): boolean {
  return timeMs >= fromMs && timeMs < toMs;
}

/** The envelopes an `approval.sealed` event holds; other events hold none. */
export function sealedMacs({ type, chain, seq, timeMs, data }: LedgerEvent): readonly SealedMac[] {
  if (type !== 'approval.sealed') return [];
  const envelopes = data['envelopes'];
  if (!Array.isArray(envelopes)) return [];
  // Array.isArray widens a readonly list to `any[]`; the element type is still JSON.
  const list: readonly JsonValue[] = envelopes;
  return list.map((envelope) => {
    const { envelopeId, macRequestId } = isJsonObject(envelope) ? envelope : {};
    return {
      chain,
      seq,
      timeMs,
      envelopeId: typeof envelopeId === 'string' ? envelopeId : '',
      requestId: typeof macRequestId === 'string' && macRequestId !== '' ? macRequestId : undefined,
    };
  });
}

/** The action an event allows: at once, or by redeeming an approval. */
export function allowedAction({ type, seq, data }: LedgerEvent, hash: string): AllowedAction | undefined {
  const allows = (type === 'action.decided' && data['verdict'] === 'allow') || type === 'action.redeemed';
  const actionId = data['actionId'];
  return allows && typeof actionId === 'string' ? { actionId, seq, hash } : undefined;
}

const DAY_MS = 86_400_000;

/** UTC dates that a window touches, in order. */
export function datesOf({ fromMs, toMs }: TimeWindow): readonly string[] {
  const dates: string[] = [];
  for (let dayMs = Math.floor(fromMs / DAY_MS) * DAY_MS; dayMs < toMs; dayMs += DAY_MS) {
    dates.push(new Date(dayMs).toISOString().slice(0, 'yyyy-mm-dd'.length));
  }
  return dates;
}
