import { beforeAll, describe, expect, it } from 'vitest';
import { compileBundle } from '../../core/gate/bundle.ts';
import { decide } from '../../core/gate/decide.ts';
import type { Verdict } from '../../core/gate/decision.ts';
import type { JsonValue } from '../../core/json.ts';
import { buildBundle } from '../../tools/build-bundle.ts';
import { contextWith } from './cases.ts';

type Facts = { readonly [path: string]: JsonValue };
interface Case {
  readonly type: string;
  readonly tier: number;
  readonly facts: Facts;
  readonly verdict: Verdict;
}

const bundle = compileBundle(buildBundle());

const FLAGS: readonly (readonly Facts[])[] = [
  [{}, { 'agent.halted': true }, { 'agent.registered': false }, { 'agent.scoped': false }],
  [{}, { 'stop.veto': true }],
  [1, 2, 3, 4, 5].map((level) => ({ 'stop.riskLevel': level })),
];
const APPROVALS = [0, 1, 2, 3].flatMap((count) =>
  [0, 1, 2]
    .filter((managers) => managers <= count)
    .map((managers) => ({
      'approvals.count': count,
      'approvals.managers': managers,
    })),
);

/** One value of each kind that a rule can tell apart: at and just above every threshold. */
function amounts(type: string): readonly Facts[] {
  const limits = bundle.catalogue.get(type)?.limits;
  if (limits === undefined) return [{}];
  const edges = [limits.materialityMicroUsd, limits.dualMicroUsd].map(Number);
  return [0, ...edges.flatMap((edge) => [edge, edge + 1])].map((microUsd) => ({ 'amount.microUsd': microUsd }));
}

/** What the institution may know; of facts that an action does not look up it knows nothing. */
function institution(type: string): readonly (readonly Facts[])[] {
  const facts = bundle.catalogue.get(type)?.facts ?? {};
  const known = (kind: keyof typeof facts, when: readonly Facts[], otherwise: Facts) =>
    facts[kind] === undefined ? [otherwise] : [otherwise, ...when];
  return [
    known('account', [{}, { 'account.balanceMicroUsd': Number.MAX_SAFE_INTEGER }], { 'account.known': false }),
    known('payee', [{}, { 'payee.highestMicroUsd': Number.MAX_SAFE_INTEGER }], { 'payee.known': false }),
    known('schedule', [{}, { 'payee.changed': true, 'schedule.microUsd': 1 }], { 'schedule.known': false }),
    known('customer', [{}], { 'customer.addressOnFile': false }),
    [{}, { 'session.amountMicroUsd': Number.MAX_SAFE_INTEGER }, { 'session.marked': true }],
  ];
}

/** Every action type under every combination of facts. */
function* allCases(): Generator<Case> {
  for (const [type, entry] of bundle.catalogue) {
    const signals = entry.signals.map(({ name }) => ({ signals: [name] }));
    for (const facts of combinations([...FLAGS, ...institution(type), amounts(type), [{}, ...signals], APPROVALS])) {
      const context = contextWith(facts);
      const { verdict } = decide({ agentId: 'a', actionType: type, resource: 'account/1', context }, bundle);
      yield { type, tier: entry.tier, facts, verdict };
    }
  }
}

function combinations(dimensions: readonly (readonly Facts[])[]): readonly Facts[] {
  return dimensions.reduce<readonly Facts[]>(
    (rows, choices) => rows.flatMap((row) => choices.map((choice) => ({ ...row, ...choice }))),
    [{}],
  );
}

const BROKEN = {
  'T3 without two people and a manager': ({ tier, facts }: Case) => tier === 3 && !hasApprovals(facts, 2, 1),
  'above materiality without a person': ({ type, facts }: Case) =>
    amountOf(facts) > materiality(type) && !hasApprovals(facts, 1, 0),
  'money above the dual threshold without two people and a manager': ({ type, facts }: Case) =>
    bundle.catalogue.get(type)?.amount?.moves === true && amountOf(facts) > dual(type) && !hasApprovals(facts, 2, 1),
  'a password or PIN reset in a marked session without two people and a manager': ({ type, facts }: Case) =>
    facts['session.marked'] === true &&
    bundle.catalogue.get(type)?.traits.includes('takes-over') === true &&
    !hasApprovals(facts, 2, 1),
  'a profile change in a marked session without a person': ({ type, facts }: Case) =>
    facts['session.marked'] === true &&
    bundle.catalogue.get(type)?.decisionClass === 'profile' &&
    !hasApprovals(facts, 1, 0),
  'a halted agent': ({ facts }: Case) => facts['agent.halted'] === true,
  'an unregistered agent': ({ facts }: Case) => facts['agent.registered'] === false,
  'out of scope': ({ facts }: Case) => facts['agent.scoped'] === false,
  'a change under a veto': ({ tier, facts }: Case) => tier > 0 && facts['stop.veto'] === true,
  'a change at HALT': ({ tier, facts }: Case) => tier > 0 && facts['stop.riskLevel'] === 5,
} as const;

describe('over every action type and every kind of facts', () => {
  const found = new Map<string, Case>();
  const seen = { allow: 0, deny: 0, require_approval: 0 };
  const weakened: Case[] = [];

  beforeAll(() => {
    let previous: Case | undefined;
    for (const one of allCases()) {
      seen[one.verdict] += 1;
      if (one.verdict === 'allow') {
        for (const [name, isBroken] of Object.entries(BROKEN)) if (isBroken(one)) found.set(name, one);
      }
      if (previous !== undefined && isLessAllowed(previous, one)) weakened.push(one);
      previous = one;
    }
  });

  it.each(Object.keys(BROKEN))('never allows %s', (name) => {
    expect(found.get(name)).toBeUndefined();
  });

  it('reaches every verdict many times', () => {
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(1000);
  });

  it('never takes back with more approvals what it allowed with fewer', () => {
    expect(weakened).toEqual([]);
  });
});

/** True when two cases differ in approvals alone, the second has more of them, and only the first is allowed. */
function isLessAllowed(first: Case, second: Case): boolean {
  const same = { ...first.facts, ...approvalsOf(second) };
  const isMore = hasApprovals(second.facts, countOf(first.facts), managersOf(first.facts));
  const comparable = first.type === second.type && JSON.stringify(same) === JSON.stringify(second.facts);
  return comparable && isMore && first.verdict === 'allow' && second.verdict !== 'allow';
}

function approvalsOf({ facts }: Case): Facts {
  return { 'approvals.count': countOf(facts), 'approvals.managers': managersOf(facts) };
}

function hasApprovals(facts: Facts, count: number, managers: number): boolean {
  return countOf(facts) >= count && managersOf(facts) >= managers;
}

function countOf(facts: Facts): number {
  return Number(facts['approvals.count']);
}

function managersOf(facts: Facts): number {
  return Number(facts['approvals.managers']);
}

function amountOf(facts: Facts): number {
  return Number(facts['amount.microUsd'] ?? 0);
}

function materiality(type: string): number {
  return Number(bundle.catalogue.get(type)?.limits?.materialityMicroUsd ?? Number.MAX_SAFE_INTEGER);
}

function dual(type: string): number {
  return Number(bundle.catalogue.get(type)?.limits?.dualMicroUsd ?? Number.MAX_SAFE_INTEGER);
}
