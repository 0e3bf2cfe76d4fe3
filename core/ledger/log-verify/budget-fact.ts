import type { JsonValue } from '../../json.ts';
import { isJsonObject } from '../../json.ts';

/** An amount as events state it: micro-USD and tokens, decimal strings. */
export interface StatedAmount {
  readonly microUsd: string;
  readonly tokens: string;
}

/** What an event says of a budget, without what has no bearing on whether it adds up. */
export type BudgetFact =
  | {
      readonly kind: 'decision';
      /** Actions whose lapsed holds are given back, before anything new is held. */
      readonly released: readonly string[];
      readonly hold?: StatedAmount & { readonly actionId: string; readonly day: string };
      /** What counts against the agent's day after the hold, where the event says so. */
      readonly dayUsed: Partial<StatedAmount>;
    }
  /** An outcome of an action that held nothing, and that therefore settles and gives back nothing. */
  | { readonly kind: 'unheld'; readonly actionId: string }
  | {
      readonly kind: 'outcome';
      readonly actionId: string;
      readonly held: boolean;
      readonly settled: StatedAmount;
      readonly released: StatedAmount;
      readonly overrun: boolean;
      readonly notPerformed: boolean;
    }
  | { readonly kind: 'lapsed'; readonly holds: readonly (StatedAmount & { readonly actionId: string })[] }
  /** The event's members do not have the form of its type. */
  | { readonly kind: 'unreadable'; readonly member: string };

/** Gives a member of an event's `data`. */
export type DataReader = (name: string) => JsonValue | undefined;

/** What an event of this type says of a budget; undefined when it says nothing. */
export function budgetFactOf(type: string, read: DataReader): BudgetFact | undefined {
  switch (type) {
    case 'action.decided':
    case 'action.redeemed':
    case 'action.redeem_refused':
      return decisionFact(read);
    case 'action.outcome':
      return outcomeFact(read);
    case 'budget.released':
      return lapsedFact(read);
    default:
      return undefined;
  }
}

function decisionFact(read: DataReader): BudgetFact | undefined {
  const [budget, releasedList] = [read('budget'), read('released')];
  if (budget === undefined && releasedList === undefined) return undefined;
  const released = Array.isArray(releasedList ?? []) ? (releasedList ?? []) : undefined;
  if (!isTexts(released)) return unreadable('released');
  if (budget === undefined) return { kind: 'decision', released, dayUsed: {} };
  const { microUsd, tokens, day } = isJsonObject(budget) ? budget : {};
  const actionId = read('actionId');
  if (!isAmount(microUsd) || !isAmount(tokens) || typeof day !== 'string' || typeof actionId !== 'string')
    return unreadable('budget');
  return { kind: 'decision', released, hold: { actionId, day, microUsd, tokens }, dayUsed: dayUsedOf(read('alerts')) };
}

function dayUsedOf(alerts: JsonValue | undefined): Partial<StatedAmount> {
  let used: Partial<StatedAmount> = {};
  for (const alert of Array.isArray(alerts) ? alerts : []) {
    if (!isJsonObject(alert) || alert['scope'] !== 'agent_day' || !isAmount(alert['used'])) continue;
    used = { ...used, [alert['measure'] === 'usd' ? 'microUsd' : 'tokens']: alert['used'] };
  }
  return used;
}

function outcomeFact(read: DataReader): BudgetFact {
  const [actionId, held, overrun] = [read('actionId'), read('held'), read('overrun')];
  const settled = { microUsd: read('settledMicroUsd'), tokens: read('settledTokens') };
  const released = { microUsd: read('releasedMicroUsd'), tokens: read('releasedTokens') };
  if (typeof actionId !== 'string' || typeof held !== 'boolean') return unreadable('held');
  if (!isStated(settled)) return unreadable('settledMicroUsd');
  if (!isStated(released)) return unreadable('releasedMicroUsd');
  if (!held && isNothing(settled) && isNothing(released)) return { kind: 'unheld', actionId };
  const notPerformed = read('result') === 'not_performed';
  return { kind: 'outcome', actionId, held, settled, released, overrun: overrun === true, notPerformed };
}

function lapsedFact(read: DataReader): BudgetFact {
  const holds: (StatedAmount & { readonly actionId: string })[] = [];
  const actions = read('actions');
  if (!Array.isArray(actions)) return unreadable('actions');
  for (const action of actions) {
    const { actionId, microUsd, tokens } = isJsonObject(action) ? action : {};
    if (typeof actionId !== 'string' || !isAmount(microUsd) || !isAmount(tokens)) return unreadable('actions');
    holds.push({ actionId, microUsd, tokens });
  }
  return { kind: 'lapsed', holds };
}

function isStated(amount: {
  readonly microUsd: JsonValue | undefined;
  readonly tokens: JsonValue | undefined;
}): amount is StatedAmount {
  return isAmount(amount.microUsd) && isAmount(amount.tokens);
}

function isAmount(value: JsonValue | undefined): value is string {
  return value === '0' || (typeof value === 'string' && /^[1-9][0-9]{0,30}$/.test(value));
}

/** True for an amount of nothing. */
export function isNothing({ microUsd, tokens }: StatedAmount): boolean {
  return microUsd === '0' && tokens === '0';
}

function isTexts(value: JsonValue | undefined): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function unreadable(member: string): BudgetFact {
  return { kind: 'unreadable', member };
}
