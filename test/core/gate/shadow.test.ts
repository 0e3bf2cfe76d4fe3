import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../../core/gate/decide.ts';
import { shadowHits } from '../../../core/gate/shadow.ts';
import { submitAction } from '../../../core/gate/submit.ts';
import type { JsonValue } from '../../../core/json.ts';
import { contextWith } from '../../policies/cases.ts';
import { AGENT_ID } from '../../support/api-event.ts';
import { changedBundle, factExpression } from '../../support/changed-bundle.ts';
import { anyActionType, anyContext } from '../../support/contexts.ts';
import { actionRequest, givenGate, testBundle } from '../../support/gate.ts';
import { ledgerEvents } from '../../support/ledger-events.ts';

const TRUE: JsonValue = { Value: true };
const ABSENT = factExpression('agent.absent');
const FORBID = { id: 'CS-TEST-T0-001', effect: 'forbid', mode: 'shadow', body: TRUE } as const;

const request = (context = contextWith({})) => ({
  agentId: AGENT_ID,
  actionType: 'account.read-balance',
  resource: 'account/1',
  context,
});

describe('shadow rules', () => {
  it.each([
    ['forbid', FORBID, 'forbid'],
    ['permit', { ...FORBID, effect: 'permit' } as const, 'permit'],
    ['ask for approval', { ...FORBID, requires: 'approvals=1' }, 'require_approval'],
    ['fail', { ...FORBID, body: ABSENT }, 'error'],
  ] as const)('are told when they would %s, and let the action through', (_what, rule, effect) => {
    const bundle = changedBundle([rule]);

    expect(shadowHits(request(), bundle)).toEqual([{ id: rule.id, effect }]);
    expect(decide(request(), bundle).verdict).toBe('allow');
  });

  it('are not told when they do not hold, or the facts are malformed', () => {
    expect(shadowHits(request(), changedBundle([{ ...FORBID, body: { Value: false } }]))).toEqual([]);
    expect(shadowHits(request({}), changedBundle([FORBID]))).toEqual([]);
    expect(shadowHits(request(), testBundle)).toEqual([]);
  });

  it('never change a decision, whatever they say and however they fail', () => {
    const body = fc.oneof(
      fc.constantFrom<JsonValue>(TRUE, ABSENT, { Value: 7 }),
      fc.constantFrom('agent.halted', 'stop.veto', 'payee.known', 'amount.valid').map(factExpression),
    );
    const rule = fc.record({
      effect: fc.constantFrom('permit' as const, 'forbid' as const),
      body,
      isObligation: fc.boolean(),
    });
    const rules = fc.array(rule, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(anyActionType, anyContext, rules, (actionType, context, added) => {
        const bundle = changedBundle(
          added.map(({ effect, body, isObligation }, index) => ({
            id: `CS-TEST-T0-00${index}`,
            effect,
            body,
            mode: 'shadow',
            ...(isObligation && effect === 'forbid' && { requires: 'approvals=1' }),
          })),
        );
        const asked = { ...request(context), actionType };
        const { bundleHash: _hash, ...decision } = decide(asked, bundle);
        expect(decision).toEqual((({ bundleHash: _other, ...rest }) => rest)(decide(asked, testBundle)));
      }),
      { numRuns: 30 },
    );
  });

  it('are in a decision event only when one fires', async () => {
    const gate = givenGate();
    await submitAction(gate, AGENT_ID, actionRequest());
    expect(ledgerEvents(gate.store)[0]?.data).not.toHaveProperty('shadow');
  });
});
