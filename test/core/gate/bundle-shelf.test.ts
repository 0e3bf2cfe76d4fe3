import { describe, expect, it } from 'vitest';
import { BundleShelf, NOTHING_PUBLISHED } from '../../../core/gate/bundle-shelf.ts';
import { redeemAction } from '../../../core/gate/redeem.ts';
import { submitAction } from '../../../core/gate/submit.ts';
import type { ActiveBundle } from '../../../core/risk/stops.ts';
import { encodeStopAll } from '../../../core/risk/stops.ts';
import { StorageFault } from '../../../core/state/entities.ts';
import { givenPublished } from '../../support/activation.ts';
import { AGENT_ID } from '../../support/api-event.ts';
import { accountClosure, givenApproved, sealedEnvelope } from '../../support/approved-action.ts';
import { MemoryBundles, releaseOf } from '../../support/bundles.ts';
import { actionRequest, type GateFixture, testBundle } from '../../support/gate.ts';

const TEXT = 'Two people, one of them a manager, have to agree.';
const SECOND = releaseOf(2, { 'CS-CLOSE-T3-001': TEXT });

function activate(gate: GateFixture, { hash, sequence }: ActiveBundle): void {
  const activeBundle = { hash, sequence };
  gate.store.set({ entity: 'stopAll' }, encodeStopAll({ version: 1, veto: null, riskLevel: 1, activeBundle }));
}

describe('BundleShelf', () => {
  it('has the deployed bundle in force while none is named', () => {
    const shelf = new BundleShelf(testBundle, NOTHING_PUBLISHED);
    expect(shelf.inForce(undefined)).toBe(testBundle);
    expect(shelf.inForce({ hash: testBundle.hash, sequence: 1 })).toBe(testBundle);
  });

  it('never has another bundle in force than the named one', async () => {
    const source = new MemoryBundles(SECOND);
    const shelf = new BundleShelf(testBundle, source);
    expect(shelf.inForce(SECOND)).toBeUndefined();
    await shelf.load(SECOND);
    expect(shelf.inForce(SECOND)?.hash).toBe(SECOND.hash);
    expect(shelf.guess().hash).toBe(SECOND.hash);
    await shelf.load(SECOND);
    expect(source.reads).toBe(1);
  });

  it.each([
    ['is not published', new MemoryBundles(), SECOND],
    ['is another one', new MemoryBundles({ ...releaseOf(3), hash: SECOND.hash }), SECOND],
    ['is another release than was named', new MemoryBundles(SECOND), { hash: SECOND.hash, sequence: 3 }],
    ['is the deployed one under another sequence', new MemoryBundles(), { hash: testBundle.hash, sequence: 2 }],
  ])('is a storage fault when the named bundle %s', async (_what, source, named) => {
    const shelf = new BundleShelf(testBundle, source);
    await expect(shelf.fetched(named)).rejects.toThrow(StorageFault);
    expect(shelf.inForce(named)).toBeUndefined();
  });

  it('keeps the last few bundles and fetches older ones again', async () => {
    const releases = [2, 3, 4, 5].map((sequence) => releaseOf(sequence));
    const source = new MemoryBundles(...releases);
    const shelf = new BundleShelf(testBundle, source);
    for (const release of releases) await shelf.load(release);
    expect(releases.map((release) => shelf.inForce(release)?.release.sequence)).toEqual([undefined, 3, 4, 5]);
  });
});

describe('a decision', () => {
  it('is made by the bundle in force, which is fetched once and costs no further read', async () => {
    const gate = givenPublished(SECOND);
    activate(gate, SECOND);
    const first = await submitAction(gate, AGENT_ID, accountClosure());
    expect(first).toMatchObject({
      ok: true,
      value: { record: { decision: { bundleHash: SECOND.hash, rules: [{ id: 'CS-CLOSE-T3-001', text: TEXT }] } } },
    });
    const readsBefore = gate.store.reads;
    await submitAction(gate, AGENT_ID, actionRequest());
    expect(gate.store.reads - readsBefore).toBe(1);
    expect(gate.published.reads).toBe(1);
  });

  it('is not made at all when the bundle in force cannot be had', async () => {
    const gate = givenPublished();
    activate(gate, SECOND);
    await expect(submitAction(gate, AGENT_ID, actionRequest())).rejects.toThrow(StorageFault);
    expect(gate.store.commits).toEqual([]);
  });

  it('with approvals is made by the bundle in force when it is redeemed, not when it was asked for', async () => {
    const gate = givenPublished(SECOND);
    const record = await givenApproved(gate, accountClosure());
    expect(record.decision.bundleHash).toBe(testBundle.hash);
    activate(gate, SECOND);
    const envelopes = [
      sealedEnvelope(gate, record),
      sealedEnvelope(gate, record, { slot: 2, approver: 'p1_boss', manager: true }),
    ];
    expect(await redeemAction(gate, AGENT_ID, record.actionId, envelopes)).toMatchObject({
      ok: true,
      value: { record: { decision: { verdict: 'allow', bundleHash: SECOND.hash } } },
    });
  });

  it('is found again when it is repeated although the bundle in force cannot be had', async () => {
    const gate = givenPublished();
    const request = actionRequest();
    await submitAction(gate, AGENT_ID, request);
    activate(gate, SECOND);
    expect(await submitAction(gate, AGENT_ID, request)).toMatchObject({ ok: true, value: { isRepeat: true } });
  });
});
