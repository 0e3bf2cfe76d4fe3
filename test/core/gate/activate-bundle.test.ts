import { describe, expect, it } from 'vitest';
import { activateBundle } from '../../../core/gate/activate-bundle.ts';
import { reportOutcome } from '../../../core/gate/outcome.ts';
import { submitAction } from '../../../core/gate/submit.ts';
import { decodeStopAll, encodeAgentStop, encodeStopAll } from '../../../core/risk/stops.ts';
import { raiseVeto } from '../../../core/risk/veto.ts';
import { type ActivationFixture, givenPublished, givenRedeemed } from '../../support/activation.ts';
import { AGENT_ID } from '../../support/api-event.ts';
import { releaseOf } from '../../support/bundles.ts';
import { actionRequest, testBundle } from '../../support/gate.ts';
import { ANNA, controlEvents } from '../risk/fixtures.ts';

const SECOND = releaseOf(2);
const THIRD = releaseOf(3);
const STOP = { entity: 'stopAll' } as const;

const stopAllOf = (gate: ActivationFixture) => decodeStopAll(gate.store.get(STOP));
const statusOf = (gate: ActivationFixture, actionId: string) =>
  gate.store.get({ entity: 'action', agentId: AGENT_ID, actionId })?.['status'];

async function bundleHashOfNext(gate: ActivationFixture): Promise<string> {
  const submitted = await submitAction(gate, AGENT_ID, actionRequest());
  if (!submitted.ok) throw new Error(`expected a decision, got ${submitted.problem.code}`);
  return submitted.value.record.decision.bundleHash;
}

describe('activateBundle', () => {
  it('puts the bundle into force, records it and settles the action', async () => {
    const gate = givenPublished(SECOND);
    const request = await givenRedeemed(gate, SECOND);
    expect(await bundleHashOfNext(gate)).toBe(testBundle.hash);
    expect(await activateBundle(gate, request)).toMatchObject({
      ok: true,
      value: { changed: true, version: 1, active: { hash: SECOND.hash, sequence: 2 }, ledger: { chain: 'control' } },
    });
    expect(stopAllOf(gate)).toMatchObject({ version: 1, stampedVersion: 1, activeBundle: { hash: SECOND.hash } });
    expect(controlEvents(gate.store)).toMatchObject([
      {
        type: 'control.bundle_activated',
        agent: AGENT_ID,
        data: {
          from: { hash: testBundle.hash, sequence: 1 },
          to: { hash: SECOND.hash, sequence: 2 },
          sequence: 2,
          actionId: request.actionId,
        },
      },
    ]);
    expect(statusOf(gate, request.actionId)).toBe('settled');
    expect(await bundleHashOfNext(gate)).toBe(SECOND.hash);
  });

  it('changes nothing more when it is repeated, also after a later one', async () => {
    const gate = givenPublished(SECOND, THIRD);
    const second = await givenRedeemed(gate, SECOND);
    await activateBundle(gate, second);
    const third = await givenRedeemed(gate, THIRD);
    await activateBundle(gate, third);
    expect(await activateBundle(gate, second)).toEqual({
      ok: true,
      value: { changed: false, version: 2, active: { hash: THIRD.hash, sequence: 3 } },
    });
    expect(controlEvents(gate.store)).toHaveLength(2);
  });

  it.each([
    ['lower', releaseOf(2, { 'CS-CLOSE-T3-001': 'Two people.' })],
    ['equal', releaseOf(3, { 'CS-CLOSE-T3-001': 'Two people.' })],
  ])('refuses and records a bundle with a %s sequence, once', async (_what, older) => {
    const gate = givenPublished(THIRD, older);
    await activateBundle(gate, await givenRedeemed(gate, THIRD));
    const request = await givenRedeemed(gate, older);
    const downgrade = { ok: false, problem: { code: 'bundle_downgrade', active: { sequence: 3 } } };
    expect(await activateBundle(gate, request)).toMatchObject(downgrade);
    expect(await activateBundle(gate, request)).toMatchObject(downgrade);
    expect(controlEvents(gate.store).slice(1)).toMatchObject([
      {
        type: 'control.change_refused',
        data: {
          change: 'activate_bundle',
          code: 'bundle_downgrade',
          to: { hash: older.hash },
          actionId: request.actionId,
        },
      },
    ]);
    expect(stopAllOf(gate).activeBundle).toEqual({ hash: THIRD.hash, sequence: 3 });
    expect(statusOf(gate, request.actionId)).toBe('settled');
  });

  it('refuses a sequence that is not above the deployed one while none was activated', async () => {
    const gate = givenPublished(releaseOf(1, { 'CS-CLOSE-T3-001': 'Two people.' }));
    const other = releaseOf(1, { 'CS-CLOSE-T3-001': 'Two people.' });
    const request = await givenRedeemed(gate, other);
    expect(await activateBundle(gate, request)).toMatchObject({ problem: { code: 'bundle_downgrade' } });
    expect(gate.store.get(STOP)).toBeUndefined();
  });

  it('refuses another bundle than people approved, and another agent’s action', async () => {
    const gate = givenPublished(SECOND, THIRD);
    const request = await givenRedeemed(gate, SECOND);
    for (const bundle of [THIRD, { hash: SECOND.hash, sequence: 3 }, { hash: THIRD.hash, sequence: 2 }]) {
      const refusal = await activateBundle(gate, {
        ...request,
        bundle: { hash: bundle.hash, sequence: bundle.sequence },
      });
      expect(refusal).toMatchObject({ problem: { code: 'not_this_activation' } });
    }
    expect(await activateBundle(gate, { ...request, agentId: 'other:agent' })).toMatchObject({
      problem: { code: 'action_not_found' },
    });
    expect(controlEvents(gate.store)).toEqual([]);
  });

  it('refuses an action of another type, one that is not redeemed, and one whose outcome was reported', async () => {
    const gate = givenPublished(SECOND);
    const { hash, sequence } = SECOND;
    const bundle = { hash, sequence };
    const read = await submitAction(gate, AGENT_ID, actionRequest());
    const waiting = await submitAction(
      gate,
      AGENT_ID,
      actionRequest({ type: 'policy.activate', resource: 'policy/active', params: { bundleHash: hash, sequence } }),
    );
    if (!read.ok || !waiting.ok) throw new Error('expected decisions');
    const activate = async (actionId: string) => activateBundle(gate, { agentId: AGENT_ID, actionId, bundle });
    expect(await activate(read.value.record.actionId)).toMatchObject({ problem: { code: 'not_this_activation' } });
    expect(await activate(waiting.value.record.actionId)).toMatchObject({
      problem: { code: 'not_redeemed', status: 'pending_approval' },
    });
    const { actionId } = await givenRedeemed(gate, SECOND);
    await reportOutcome(gate, AGENT_ID, actionId, { result: 'not_performed' });
    expect(await activate(actionId)).toMatchObject({ problem: { code: 'not_redeemed', status: 'settled' } });
    expect(gate.store.get(STOP)).toBeUndefined();
  });

  it('refuses a bundle that is not published, is not what its hash says, or lacks a fitting proof', async () => {
    const gate = givenPublished();
    const request = await givenRedeemed(gate, SECOND);
    expect(await activateBundle(gate, request)).toMatchObject({ problem: { code: 'bundle_not_published' } });
    gate.published.objects.set(SECOND.hash, THIRD.bytes);
    expect(await activateBundle(gate, request)).toMatchObject({ problem: { code: 'bundle_invalid' } });
    const bytes = new TextEncoder().encode(
      new TextDecoder().decode(SECOND.bytes).replace(/"proofHash":"../, '"proofHash":"zz'),
    );
    const { sha256Hex } = await import('../../../core/ledger/hash.ts');
    const forged = { hash: sha256Hex(bytes), sequence: 2, bytes };
    gate.published.objects.set(forged.hash, bytes);
    expect(await activateBundle(gate, await givenRedeemed(gate, forged))).toMatchObject({
      problem: { code: 'bundle_invalid', message: expect.stringContaining('proof') },
    });
    expect(gate.store.get(STOP)).toBeUndefined();
  });

  it.each([
    ['the agent is halted', 'halt'],
    ['a veto stands', 'veto'],
    ['the record cannot be read', 'damage'],
  ])('activates nothing while %s, and does not use the action up', async (_what, stop) => {
    const gate = givenPublished(SECOND);
    const request = await givenRedeemed(gate, SECOND);
    const halted = { version: 1, halted: true, reason: 'odd', byPseudonym: 'p1', atMs: 1 };
    if (stop === 'halt') gate.store.set({ entity: 'agentStop', agentId: AGENT_ID }, encodeAgentStop(halted));
    if (stop === 'veto') await raiseVeto(gate, { officer: ANNA, reason: 'odd' });
    if (stop === 'damage') gate.store.set(STOP, {});
    const code = stop === 'damage' ? 'unreadable_record' : 'stopped';
    expect(await activateBundle(gate, request)).toMatchObject({ problem: { code } });
    expect(controlEvents(gate.store).at(-1)).toMatchObject({ type: 'control.change_refused', data: { code } });
    gate.store.set(
      { entity: 'agentStop', agentId: AGENT_ID },
      encodeAgentStop({ ...halted, version: 2, halted: false }),
    );
    gate.store.set(STOP, encodeStopAll({ version: 5, veto: null, riskLevel: 1, stampedVersion: 5 }));
    expect(await activateBundle(gate, request)).toMatchObject({ ok: true, value: { version: 6 } });
  });
});

describe('a fault at any commit of an activation', () => {
  const COMMITS = 4;
  const cases = (['before', 'after'] as const).flatMap((fault) =>
    Array.from({ length: COMMITS }, (_, at) => [fault, at] as const),
  );

  it.each(cases)('%s commit %i leaves nothing that a repeat does not finish', async (fault, at) => {
    const gate = givenPublished(SECOND);
    const request = await givenRedeemed(gate, SECOND);
    // Twelve faults in a row give the call up; what comes after them works.
    gate.store.failCommits(
      ...Array.from({ length: at }, () => 'none' as const),
      ...Array.from({ length: 12 }, () => fault),
    );
    const first = await activateBundle(gate, request).catch(() => undefined);
    gate.store.clearFaults();
    if (first?.ok !== true) expect(await activateBundle(gate, request)).toMatchObject({ ok: true });
    expect(stopAllOf(gate)).toMatchObject({ version: 1, activeBundle: { hash: SECOND.hash } });
    expect(gate.store.get({ entity: 'agentHead', agentId: AGENT_ID })).toMatchObject({ stopAllVersion: 1 });
    expect(statusOf(gate, request.actionId)).toBe('settled');
    expect(controlEvents(gate.store)).toHaveLength(1);
    expect(await bundleHashOfNext(gate)).toBe(SECOND.hash);
  });
});
