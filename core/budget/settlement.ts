import type { AgentHead, Reservation } from '../state/agent-head.ts';
import type { Write } from '../state/entities.ts';
import type { Amount } from './caps.ts';
import { NO_AMOUNT } from './caps.ts';
import { sessionOf } from './sessions.ts';
import { UnitReturns } from './unit-budget.ts';

/** The part of a head that budgets change. */
export type BudgetPatch = Partial<
  Pick<AgentHead, 'day' | 'dayMicroUsd' | 'dayTokens' | 'dayAmountMicroUsd' | 'sessions' | 'reservations'>
>;

/** What settling a hold came to. */
export interface Settlement {
  readonly head: BudgetPatch;
  readonly writes: readonly Write[];
  /** False when nothing was held: it lapsed, or was settled before. Then nothing changes and nothing is charged. */
  readonly held: boolean;
  readonly charged: Amount;
  /** True when the real use was more than was held. It is charged up to the hold, so that no cap is passed. */
  readonly overrun: boolean;
}

/** What giving back lapsed holds came to. */
export interface LapsedRelease {
  readonly head: AgentHead;
  readonly actionIds: readonly string[];
  readonly returns: UnitReturns;
}

/** The hold of an action, or undefined. */
export function holdOf(head: AgentHead, actionId: string): Reservation | undefined {
  return Object.hasOwn(head.reservations, actionId) ? head.reservations[actionId] : undefined;
}

/**
 * Settles an action's hold at its real use and gives the rest back to the session, the day and the month it was taken
 * from. Settling twice has no effect the second time.
 *
 * @param used what was really used; undefined when nobody knows, which charges the whole hold
 * @throws {RangeError} when `used` is negative, which is a bug in the caller
 */
export function settle(head: AgentHead, actionId: string, used: Amount | undefined): Settlement {
  const hold = holdOf(head, actionId);
  if (hold === undefined) return { head: {}, writes: [], held: false, charged: NO_AMOUNT, overrun: false };
  const real = used ?? hold;
  if (real.microUsd < 0n || real.tokens < 0n) throw new RangeError('expected use of at least 0, got less');
  const charged = { microUsd: least(real.microUsd, hold.microUsd), tokens: least(real.tokens, hold.tokens) };
  const returned = { microUsd: hold.microUsd - charged.microUsd, tokens: hold.tokens - charged.tokens };
  const returns = new UnitReturns();
  returns.add(hold.unitId, hold.month, returned);
  return {
    head: patchOf(giveBack(head, actionId, hold, returned)),
    writes: returns.writes(),
    held: true,
    charged,
    overrun: real.microUsd > hold.microUsd || real.tokens > hold.tokens,
  };
}

/** Gives an action's whole hold back: it was not performed. */
export function release(head: AgentHead, actionId: string): Settlement {
  return settle(head, actionId, NO_AMOUNT);
}

/** Gives back every hold whose time is up at `nowMs`. */
export function releaseLapsed(head: AgentHead, nowMs: number): LapsedRelease {
  const lapsed = Object.entries(head.reservations).filter(([, hold]) => hold.lapsesAtMs <= nowMs);
  const returns = new UnitReturns();
  let next = head;
  for (const [actionId, hold] of lapsed) {
    returns.add(hold.unitId, hold.month, hold);
    next = giveBack(next, actionId, hold, hold);
  }
  return { head: next, actionIds: lapsed.map(([actionId]) => actionId).sort(), returns };
}

/** The fields of a head that budgets change. */
export function patchOf(head: AgentHead): BudgetPatch {
  const { day, dayMicroUsd, dayTokens, dayAmountMicroUsd, sessions, reservations } = head;
  return { day, dayMicroUsd, dayTokens, dayAmountMicroUsd, sessions, reservations };
}

/** A hold made on an earlier day gives nothing back to today, nor to a session that is no longer remembered. */
function giveBack(head: AgentHead, actionId: string, hold: Reservation, returned: Amount): AgentHead {
  const today = hold.day === head.day ? returned : NO_AMOUNT;
  const session = sessionOf(head, hold.sessionId);
  return {
    ...head,
    dayMicroUsd: head.dayMicroUsd - today.microUsd,
    dayTokens: head.dayTokens - today.tokens,
    reservations: without(head.reservations, actionId),
    ...(session !== undefined && {
      sessions: {
        ...head.sessions,
        [hold.sessionId]: {
          ...session,
          microUsd: session.microUsd - returned.microUsd,
          tokens: session.tokens - returned.tokens,
        },
      },
    }),
  };
}

function without<Value>(record: { readonly [key: string]: Value }, key: string): { readonly [key: string]: Value } {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}

function least(left: bigint, right: bigint): bigint {
  return left < right ? left : right;
}
