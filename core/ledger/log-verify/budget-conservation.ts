import type { BudgetFact } from './budget-fact.ts';
import { isNothing } from './budget-fact.ts';
import type { Findings } from './check.ts';

interface Hold {
  readonly day: string;
  readonly microUsd: bigint;
  readonly tokens: bigint;
}

/** What a chain's events have held so far: the holds that are open, and what counts against the latest day. */
export interface ChainBudget {
  readonly holds: Map<string, Hold>;
  day: string;
  dayMicroUsd: bigint;
  dayTokens: bigint;
}

type Decision = Extract<BudgetFact, { readonly kind: 'decision' }>;
type Outcome = Extract<BudgetFact, { readonly kind: 'outcome' }>;
type Lapsed = Extract<BudgetFact, { readonly kind: 'lapsed' }>;

const MEASURES = ['microUsd', 'tokens'] as const;

/**
 * Follows what each chain's events hold, settle and give back. An action holds once at a time; what is settled and what
 * is given back add up to what was held, unless more was used; only what is held is given back; and what an event says
 * counts against the day is what the events before it come to. Memory is bounded by what is held at one time.
 */
export class BudgetConservation {
  readonly #findings: Findings;
  readonly #chains: Map<string, ChainBudget>;

  constructor(findings: Findings, chains = new Map<string, ChainBudget>()) {
    this.#findings = findings;
    this.#chains = chains;
  }

  /** Takes what an event says, in the order of the chain. */
  take(index: number, chain: string, fact: BudgetFact): void {
    const budget = this.#chains.get(chain) ?? { holds: new Map(), day: '', dayMicroUsd: 0n, dayTokens: 0n };
    this.#chains.set(chain, budget);
    const fail: Fail = (code, expected, got) => this.#findings.add({ check: 'C12', code, index, chain, expected, got });
    if (fact.kind === 'unheld') checkUnheld(budget, fact.actionId, fail);
    else if (fact.kind === 'decision') decide(budget, fact, fail);
    else if (fact.kind === 'outcome') settle(budget, fact, fail);
    else if (fact.kind === 'lapsed') lapse(budget, fact, fail);
    else fail('budget_unreadable', `\`${fact.member}\` as its event type has it`, 'another form');
  }

  /** What is open, for a later verification to go on from. */
  chains(): ReadonlyMap<string, ChainBudget> {
    return this.#chains;
  }
}

type Fail = (code: string, expected: string, got: string) => void;

function decide(budget: ChainBudget, { released, hold, dayUsed }: Decision, fail: Fail): void {
  for (const actionId of released) {
    const lapsed = budget.holds.get(actionId);
    if (lapsed === undefined) fail('hold_unknown', `a hold of \`${actionId}\` to give back`, 'none');
    else giveBack(budget, actionId, lapsed, lapsed);
  }
  if (hold === undefined) return;
  const { actionId, day } = hold;
  const amount = { day, microUsd: BigInt(hold.microUsd), tokens: BigInt(hold.tokens) };
  if (budget.holds.has(actionId)) fail('hold_repeated', `no hold of \`${actionId}\``, 'one that is open');
  if (day < budget.day) fail('day_backwards', `${budget.day} or later`, day);
  if (day > budget.day) [budget.day, budget.dayMicroUsd, budget.dayTokens] = [day, 0n, 0n];
  budget.holds.set(actionId, amount);
  budget.dayMicroUsd += amount.microUsd;
  budget.dayTokens += amount.tokens;
  const total = { microUsd: budget.dayMicroUsd, tokens: budget.dayTokens };
  for (const measure of MEASURES) {
    const stated = dayUsed[measure];
    if (stated === undefined || BigInt(stated) === total[measure]) continue;
    fail('day_used_differs', `${total[measure]} ${measure} used on ${day}`, stated);
  }
}

function checkUnheld(budget: ChainBudget, actionId: string, fail: Fail): void {
  if (budget.holds.has(actionId)) fail('hold_unknown', `a hold of \`${actionId}\``, 'held: false');
}

function settle(budget: ChainBudget, outcome: Outcome, fail: Fail): void {
  const { actionId, held, settled, released, overrun, notPerformed } = outcome;
  const hold = budget.holds.get(actionId);
  if (hold === undefined || !held) {
    if (held !== (hold !== undefined))
      fail('hold_unknown', `${hold === undefined ? 'no' : 'a'} hold of \`${actionId}\``, `held: ${held}`);
    if (!isNothing(settled) || !isNothing(released))
      fail('settled_without_hold', 'nothing settled or given back', `${settled.microUsd}, ${released.microUsd}`);
    return;
  }
  for (const measure of MEASURES) {
    const [before, charged, returned] = [hold[measure], BigInt(settled[measure]), BigInt(released[measure])];
    const isOver = overrun && charged > before && returned === 0n;
    if (!isOver && charged + returned !== before)
      fail('settlement_differs', `${before} ${measure} held`, `${charged} settled, ${returned} given back`);
    if (notPerformed && charged !== 0n) fail('settlement_differs', 'nothing settled when not performed', `${charged}`);
  }
  const charged = { microUsd: BigInt(settled.microUsd), tokens: BigInt(settled.tokens) };
  giveBack(budget, actionId, hold, {
    microUsd: hold.microUsd - charged.microUsd,
    tokens: hold.tokens - charged.tokens,
  });
}

function lapse(budget: ChainBudget, { holds }: Lapsed, fail: Fail): void {
  for (const { actionId, ...stated } of holds) {
    const hold = budget.holds.get(actionId);
    if (hold === undefined) {
      fail('hold_unknown', `a hold of \`${actionId}\` to give back`, 'none');
      continue;
    }
    for (const measure of MEASURES)
      if (BigInt(stated[measure]) !== hold[measure])
        fail('release_differs', `${hold[measure]} ${measure} held`, stated[measure]);
    giveBack(budget, actionId, hold, hold);
  }
}

/** A hold made on an earlier day gives nothing back to the latest one. */
function giveBack(
  budget: ChainBudget,
  actionId: string,
  hold: Hold,
  returned: { readonly microUsd: bigint; readonly tokens: bigint },
): void {
  budget.holds.delete(actionId);
  if (hold.day !== budget.day) return;
  budget.dayMicroUsd -= returned.microUsd;
  budget.dayTokens -= returned.tokens;
}
