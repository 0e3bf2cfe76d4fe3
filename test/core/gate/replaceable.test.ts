import { describe, expect, it } from 'vitest';
import { activateBundle } from '../../../core/gate/activate-bundle.ts';
import type { PolicyBundle } from '../../../core/gate/bundle.ts';
import { loadBundle } from '../../../core/gate/bundle.ts';
import { lockOut } from '../../../core/gate/replaceable.ts';
import { submitAction } from '../../../core/gate/submit.ts';
import { encodeStopAll } from '../../../core/risk/stops.ts';
import { givenPublished, givenRedeemed } from '../../support/activation.ts';
import { AGENT_ID } from '../../support/api-event.ts';
import { newPayeePayment } from '../../support/approved-action.ts';
import { changedRelease } from '../../support/bundles.ts';
import { TEST_NOW_MS } from '../../support/deps.ts';
import { testBundle } from '../../support/gate.ts';

type Change = (bundle: PolicyBundle) => PolicyBundle;

function without(id: string): Change {
  return (bundle) => {
    const { [id]: _policy, ...policies } = bundle.policies;
    const { [id]: _rule, ...rules } = bundle.rules;
    return { ...bundle, policies, rules };
  };
}

const withFact: Change = (bundle) => ({
  ...bundle,
  schema: bundle.schema.replace(/marked: ?Bool/, 'marked: Bool, calm: Bool'),
});
/** The bundle as it was before sessions could be marked: without the fact and the rules that name it. */
const withoutMarks: Change = (bundle) => {
  const named = Object.keys(bundle.policies).filter((id) => JSON.stringify(bundle.policies[id]).includes('"marked"'));
  const rest = named.reduce((left, id) => without(id)(left), bundle);
  return { ...rest, schema: bundle.schema.replace(/,\s*marked\??: ?Bool/, '') };
};

describe('lockOut', () => {
  it('finds nothing when two people, one a manager, can replace the bundle and fewer cannot', () => {
    expect(lockOut(testBundle, TEST_NOW_MS)).toBeUndefined();
  });

  it.each([
    ['nobody could replace', without('CS-OK-T3-011'), '0 approvals, 0 by managers, got `deny`'],
    ['one person could replace', without('CS-CLOSE-T3-001'), '0 approvals, 0 by managers, got `allow`'],
    ['needs facts that this gate does not compute', withFact, 'got `deny`'],
  ])('says so of a bundle that %s, and it is not activated', async (_what, change, message) => {
    const release = changedRelease(2, change);
    expect(lockOut(loadBundle(release.bytes, release.hash), TEST_NOW_MS)).toContain(message);
    const gate = givenPublished(release);
    expect(await activateBundle(gate, await givenRedeemed(gate, release))).toMatchObject({
      problem: { code: 'bundle_invalid', message: expect.stringContaining(message) },
    });
    expect(gate.store.get({ entity: 'stopAll' })).toBeUndefined();
  });
});

describe('a bundle that declares fewer facts than the gate computes', () => {
  it('still decides, on the facts it declares', async () => {
    const older = changedRelease(2, withoutMarks);
    const bundle = loadBundle(older.bytes, older.hash);
    expect(bundle.facts.paths.length).toBe(testBundle.facts.paths.length - 1);
    const gate = givenPublished(older);
    const activeBundle = { hash: older.hash, sequence: 2 };
    gate.store.set({ entity: 'stopAll' }, encodeStopAll({ version: 1, veto: null, riskLevel: 1, activeBundle }));
    expect(await submitAction(gate, AGENT_ID, newPayeePayment())).toMatchObject({
      ok: true,
      value: { record: { status: 'pending_approval', decision: { bundleHash: older.hash } } },
    });
  });
});
