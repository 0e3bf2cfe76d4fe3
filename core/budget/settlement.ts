import type { AgentCaps } from '../authority/registration.ts';
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
  /** True when the real use was more than was held. What no cap has room for is not charged. */
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
 * from. Use beyond the hold is charged to the session and the day as far as their caps have room, so that an agent
 * that declares too little uses its budget up all the same; the unit's month is charged the hold at most. Settling
 * twice has no effect the second time.
 *
 * @param used what was really used; undefined when nobody knows, which charges the whole hold
 * @param caps the agent's caps; without them nothing beyond the hold is charged
 * @throws {RangeError} when `used` is negative, which is a bug in the caller
 */
export function settle(head: AgentHead, actionId: string, used: Amount | undefined, caps?: AgentCaps): Settlement {
  const hold = holdOf(head, actionId);
  if (hold === undefined) return { head: {}, writes: [], held: false, charged: NO_AMOUNT, overrun: false };
  const real = used ?? hold;
  if (real.microUsd < 0n || real.tokens < 0n) throw new RangeError('expected use of at least 0, got less');
  const within = { microUsd: least(real.microUsd, hold.microUsd), tokens: least(real.tokens, hold.tokens) };
  const room = caps === undefined ? NO_AMOUNT : roomBeyond(head, hold, caps);
  const charged = {
    microUsd: within.microUsd + least(real.microUsd - within.microUsd, room.microUsd),
    tokens: within.tokens + least(real.tokens - within.tokens, room.tokens),
  };
  const returns = new UnitReturns();
  returns.add(hold.unitId, hold.month, minus(hold, within));
  return {
    head: patchOf(giveBack(head, actionId, hold, minus(hold, charged))),
    writes: returns.writes(),
    held: true,
    charged,
    overrun: real.microUsd > hold.microUsd || real.tokens > hold.tokens,
  };
}

/** What the session and the day could still take. Nothing once either is no longer the one the hold was made in. */
function roomBeyond(head: AgentHead, hold: Reservation, caps: AgentCaps): Amount {
  const session = sessionOf(head, hold.sessionId);
  if (session === undefined || hold.day !== head.day) return NO_AMOUNT;
  const left = (sessionCap: bigint, sessionUse: bigint, dayCap: bigint, dayUse: bigint) => {
    const room = least(sessionCap - sessionUse, dayCap - dayUse);
    return room > 0n ? room : 0n;
  };
  return {
    microUsd: left(caps.sessionMicroUsd, session.microUsd, caps.dayMicroUsd, head.dayMicroUsd),
    tokens: left(caps.sessionTokens, session.tokens, caps.dayTokens, head.dayTokens),
  };
}

function minus(left: Amount, right: Amount): Amount {
  return { microUsd: left.microUsd - right.microUsd, tokens: left.tokens - right.tokens };
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
