import { describe, expect, it } from 'vitest';
import type { AgentRegistration } from '../../../core/authority/registration.ts';
import { dayOf } from '../../../core/budget/caps.ts';
import { compileBundle } from '../../../core/gate/bundle.ts';
import { isDecisionContext } from '../../../core/gate/facts/context.ts';
import { addressHash } from '../../../core/gate/facts/institution.ts';
import type { ContextInput } from '../../../core/gate/facts.ts';
import { buildContext, factItemsOf, factRefs, movedMicroUsd, UNDECLARED_BUDGET } from '../../../core/gate/facts.ts';
import type { JsonObject } from '../../../core/json.ts';
import { newAgentHead } from '../../../core/state/agent-head.ts';
import type { StoredItem } from '../../../core/state/entities.ts';
import { buildBundle } from '../../../tools/build-bundle.ts';

const { catalogue } = compileBundle(buildBundle());
const NOW_MS = Date.UTC(2026, 10, 20, 12);
const registration: AgentRegistration = {
  agentId: 'a',
  displayName: 'agent',
  ownerSubject: 'owner',
  ownerAliases: [],
  unitId: 'unit',
  scopes: ['payments.initiate', 'payments.schedule'],
  accounts: ['A1'],
  caps: { sessionMicroUsd: 1n, sessionTokens: 1n, dayMicroUsd: 1n, dayTokens: 1n, sessionSeconds: 60 },
  rungs: { default: 'A3', classes: {} },
  active: true,
};

function input(
  type: string,
  params: JsonObject,
  more: Partial<ContextInput> & { readonly resource?: string } = {},
): ContextInput {
  const entry = catalogue.get(type);
  if (entry === undefined) throw new Error(`no entry ${type}`);
  const { resource = 'account/A1', ...rest } = more;
  return {
    entry,
    request: { type, params, resource, sessionId: 's1', idempotencyKey: 'k' },
    registration,
    credentialIssuers: new Map(),
    head: newAgentHead('a'),
    stopAll: { version: 0, veto: null, riskLevel: 1 },
    agentStop: { version: 0, halted: false, reason: '', byPseudonym: '', atMs: 0 },
    budget: { ...UNDECLARED_BUDGET, declared: true, priced: true },
    factItems: new Map(),
    approvals: { count: 0, managerCount: 0 },
    nowMs: NOW_MS,
    ...rest,
  };
}

const PAYMENT = { recipient: 'B2', amount: 12.5, subject: 'x', date: '2026-11-20' };

describe('buildContext', () => {
  it('has the shape that decide expects for every action type', () => {
    for (const type of catalogue.keys())
      expect(isDecisionContext({ ...buildContext(input(type, {})) }), type).toBe(true);
  });

  it('holds no parameter', () => {
    const text = JSON.stringify(buildContext(input('payment.send', { ...PAYMENT, subject: 'SECRET-TEXT' })));

    expect(text).not.toMatch(/SECRET-TEXT|B2|A1/);
  });

  it('takes an unregistered agent as granted nothing', () => {
    const { agent } = buildContext(input('payment.send', PAYMENT, { registration: undefined }));

    expect(agent).toEqual({
      registered: false,
      active: false,
      halted: false,
      scoped: false,
      accountAllowed: false,
      rung: 0,
    });
  });

  it.each<[readonly string[], string, boolean]>([
    [[], 'account/A1', false],
    [['A1'], 'account/A1', true],
    [['account/A1'], 'account/A1', true],
    [['*'], 'account/A1', true],
    [['A1'], 'account/A2', false],
    [['A'], 'account/A1', false],
    [['A1'], 'customer/A1', false],
  ])('with the accounts %j, %s is allowed: %s', (accounts, resource, allowed) => {
    const type = resource.startsWith('customer') ? 'customer.read' : 'payment.send';
    const context = buildContext(input(type, PAYMENT, { resource, registration: { ...registration, accounts } }));

    expect(context.agent.accountAllowed).toBe(allowed);
  });

  it('asks no account of an action that is about none', () => {
    const more = { resource: 'desk/self', registration: { ...registration, accounts: [] } };

    expect(buildContext(input('clock.read', {}, more)).agent.accountAllowed).toBe(true);
  });

  it('sees an amount that is not valid', () => {
    expect(buildContext(input('payment.send', { ...PAYMENT, amount: -1 })).amount).toEqual({
      valid: false,
      microUsd: 0,
    });
  });

  it.each<[string, string, JsonObject, object]>([
    ['a resource of another kind', 'customer/A1', PAYMENT, { resourceValid: false }],
    ['a resource without an id', 'account/', PAYMENT, { resourceValid: false }],
    ['a resource without a kind', 'A1', PAYMENT, { resourceValid: false }],
    ['missing parameters', 'account/A1', {}, { paramsValid: false }],
    ['an unknown parameter', 'account/A1', { ...PAYMENT, tier: 0 }, { paramsValid: false }],
    ['nothing wrong', 'account/A1', PAYMENT, { paramsValid: true, resourceValid: true, resourceMatches: true }],
  ])('sees %s', (_what, resource, params, facts) => {
    expect(buildContext(input('payment.send', params, { resource })).request).toMatchObject(facts);
  });

  it('sees a resource that is not the one in the parameters', () => {
    const params = { account_id: 'A2', amount: 5, credit_type: 'fee_refund' };

    expect(buildContext(input('credit.apply-checking', params)).request.resourceMatches).toBe(false);
  });

  it('counts what the session and the day moved', () => {
    const session = { startedAtMs: NOW_MS - 59_999, microUsd: 0n, tokens: 0n, amountMicroUsd: 7n };
    const head = { ...newAgentHead('a'), day: dayOf(NOW_MS), dayAmountMicroUsd: 9n, sessions: { s1: session } };
    const context = buildContext(input('payment.send', PAYMENT, { head }));

    expect(context.session).toEqual({
      idValid: true,
      fresh: false,
      expired: false,
      amountMicroUsd: 7,
      marked: false,
    });
    expect(context.day).toEqual({ amountMicroUsd: 9 });
    expect(context.open.sessions).toBe(1);
  });

  it('keeps what the day moved when the clock was set back a day', () => {
    const head = { ...newAgentHead('a'), day: dayOf(NOW_MS + 86_400_000), dayAmountMicroUsd: 9n };
    expect(buildContext(input('payment.send', PAYMENT, { head })).day).toEqual({ amountMicroUsd: 9 });
  });

  it('forgets what another day moved', () => {
    const head = { ...newAgentHead('a'), day: '2026-11-19', dayAmountMicroUsd: 9n };

    expect(buildContext(input('payment.send', PAYMENT, { head })).day).toEqual({ amountMicroUsd: 0 });
  });

  it('sees a session that has lasted its time', () => {
    const session = { startedAtMs: NOW_MS - 60_000, microUsd: 0n, tokens: 0n, amountMicroUsd: 0n };
    const head = { ...newAgentHead('a'), sessions: { s1: session } };

    expect(buildContext(input('payment.send', PAYMENT, { head })).session.expired).toBe(true);
  });

  it('does not count ended sessions as open', () => {
    const session = { startedAtMs: NOW_MS, microUsd: 0n, tokens: 0n, amountMicroUsd: 0n };
    const closed = { ...session, startedAtMs: 0 };
    const head = { ...newAgentHead('a'), sessions: { s1: closed, s2: closed, s3: session } };
    const context = buildContext(input('payment.send', PAYMENT, { head }));

    expect(context.open.sessions).toBe(1);
    expect(context.session).toMatchObject({ fresh: false, expired: true });
  });

  it('holds sums beyond the largest fact at the largest fact', () => {
    const head = { ...newAgentHead('a'), day: dayOf(NOW_MS), dayAmountMicroUsd: 2n ** 80n };

    expect(buildContext(input('payment.send', PAYMENT, { head })).day.amountMicroUsd).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('carries approvals, stops and what is under way', () => {
    const context = buildContext(
      input('payment.send', PAYMENT, {
        head: { ...newAgentHead('a'), pendingApprovals: 3 },
        approvals: { count: 2, managerCount: 1 },
        stopAll: { version: 1, veto: null, riskLevel: 4 },
        agentStop: { version: 1, halted: true, reason: 'r', byPseudonym: 'p', atMs: 0 },
      }),
    );

    expect(context.approvals).toEqual({ count: 2, managers: 1 });
    expect(context.stop).toEqual({ veto: false, riskLevel: 4 });
    expect(context.agent.halted).toBe(true);
    expect(context.open.approvals).toBe(3);
  });
});

describe('facts of the institution', () => {
  it('are read by account and payee and paired with what was read', () => {
    const { entry, request } = input('payment.send', PAYMENT);
    const refs = factRefs(entry, request);
    const read = refs.map((ref) =>
      ref.entity === 'fact' && ref.kind === 'payee' ? item({ highestMicroUsd: '5' }) : undefined,
    );
    const context = buildContext(input('payment.send', PAYMENT, { factItems: factItemsOf(entry, request, read) }));

    expect(refs.map((ref) => ref.entity === 'fact' && ref.kind).sort()).toEqual(['account', 'payee']);
    expect(context.payee).toEqual({ known: true, changed: false, highestMicroUsd: 5 });
    expect(context.account).toEqual({ known: false, balanceMicroUsd: 0 });
  });

  it.each<[JsonObject, boolean]>([
    [{ id: 6, recipient: 'C3' }, true],
    [{ id: 6, recipient: 'B2' }, false],
    [{ id: 6, recipient: '' }, false],
    [{ id: 6 }, false],
  ])('say whether %j redirects a scheduled payment: %s', (params, changed) => {
    const schedule = item({ recipient: 'B2', amountMicroUsd: '50000000' });
    const context = buildContext(input('payment.reschedule', params, { factItems: new Map([['schedule', schedule]]) }));

    expect(context.payee.changed).toBe(changed);
    expect(context.amount).toEqual({ valid: true, microUsd: 50_000_000 });
  });

  it.each([
    ['1 Main St, Boston', true],
    ['2 Main St, Boston', false],
  ])('say whether %s is on file: %s', (address, onFile) => {
    const customer = item({ addressHashes: [addressHash('1 main st boston')] });
    const params = { shipping_address: address };
    const context = buildContext(
      input('card.order-replacement', params, { factItems: new Map([['customer', customer]]) }),
    );

    expect(context.customer.addressOnFile).toBe(onFile);
  });

  it('stop the work when an item is corrupt', () => {
    const corrupt = input('payment.send', PAYMENT, { factItems: new Map([['payee', item({ highestMicroUsd: -1 })]]) });

    expect(() => buildContext(corrupt)).toThrow(/highestMicroUsd/);
  });

  function item(value: StoredItem): StoredItem {
    return { kind: 'fact', key: 'k', value };
  }
});

describe('movedMicroUsd', () => {
  it.each<[string, JsonObject, bigint]>([
    ['payment.send', PAYMENT, 12_500_000n],
    ['payment.send', { amount: -5 }, 0n],
    ['credit-limit.approve', { new_credit_limit: 5000 }, 0n],
    ['clock.read', {}, 0n],
  ])('of %s with %j is %s', (type, params, moved) => {
    const one = input(type, params);

    expect(movedMicroUsd(one.entry, buildContext(one))).toBe(moved);
  });
});
