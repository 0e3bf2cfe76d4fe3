import { describe, expect, it } from 'vitest';
import { compileBundle } from '../../../core/gate/bundle.ts';
import { diffPolicies } from '../../../core/gate/diff.ts';
import type { JsonObject } from '../../../core/json.ts';
import { contextWith } from '../../policies/cases.ts';
import { AGENT_ID } from '../../support/api-event.ts';
import { changedBundle, changedSource, factExpression } from '../../support/changed-bundle.ts';
import { archiveOfDecisions } from '../../support/decision-archive.ts';
import { testBundle } from '../../support/gate.ts';

const OTHER = '111122223333:countersign-agent-other';
const stricter = changedBundle([
  { id: 'CS-TEST-T0-001', effect: 'forbid', action: 'card.freeze', body: factExpression('session.fresh') },
]);
const fresh = (isFresh: boolean) => contextWith({ 'session.fresh': isFresh });
const TRAFFIC = archiveOfDecisions(
  [
    { actionType: 'card.freeze', context: fresh(true) },
    { actionType: 'card.freeze', context: fresh(false) },
    { actionType: 'card.freeze', context: fresh(true), agentId: OTHER },
    { actionType: 'account.read-balance', context: fresh(true) },
    { actionType: 'card.unheard-of', context: {} },
  ],
  testBundle,
);

describe('diffPolicies', () => {
  it('groups what would change by rule, agent and action type', async () => {
    const diff = await diffPolicies(TRAFFIC, testBundle, stricter);

    expect(diff).toMatchObject({ decisions: 5, unchanged: 3, changedCount: 2, notComparableCount: 0 });
    expect(diff.byRule['CS-TEST-T0-001']).toEqual({ 'allow → deny': 2 });
    expect(diff.byAgent).toEqual({ [AGENT_ID]: { 'allow → deny': 1 }, [OTHER]: { 'allow → deny': 1 } });
    expect(diff.byActionType).toEqual({ 'card.freeze': { 'allow → deny': 2 } });
    expect(diff.changed[0]).toMatchObject({ from: 'allow', to: 'deny', added: ['CS-TEST-T0-001'] });
  });

  it('finds nothing when the bundles are the same', async () => {
    expect(await diffPolicies(TRAFFIC, stricter, stricter)).toMatchObject({ unchanged: 5, changed: [], byRule: {} });
  });

  it('lists as not comparable what lacks a fact the new bundle needs', async () => {
    const source = changedSource([]);
    const schema = source.schema.replace('agent: {', 'agent: { insured: Bool,');
    const diff = await diffPolicies(TRAFFIC, testBundle, compileBundle({ ...source, schema }));

    expect(diff).toMatchObject({ changedCount: 0, notComparableCount: 4, unchanged: 1 });
    expect(diff.notComparable[0]).toMatchObject({ missing: ['agent.insured'] });
  });

  it('leaves out facts that the new bundle does not know', async () => {
    const source = changedSource([]);
    const schema = source.schema.replace('agent: {', 'agent: { insured: Bool,');
    const withFact: JsonObject = { ...fresh(true), agent: { ...(fresh(true)['agent'] as JsonObject), insured: true } };
    const richer = compileBundle({ ...source, schema });
    const traffic = archiveOfDecisions([{ actionType: 'card.freeze', context: withFact }], richer);

    expect(await diffPolicies(traffic, richer, stricter)).toMatchObject({ changedCount: 1, notComparableCount: 0 });
  });

  it('counts what shadow rules of the new bundle would have done', async () => {
    const watched = changedBundle([
      { id: 'CS-TEST-T0-002', effect: 'forbid', mode: 'shadow', body: factExpression('session.fresh') },
    ]);
    const diff = await diffPolicies(TRAFFIC, testBundle, watched);

    expect(diff.changedCount).toBe(0);
    expect(diff.shadow).toEqual([{ id: 'CS-TEST-T0-002', effect: 'forbid', decisions: 3, allowed: 3 }]);
  });
});
