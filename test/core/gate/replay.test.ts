import { describe, expect, it } from 'vitest';
import { readRecordedTasks } from '../../../cli/demo/recorded-actions.ts';
import { redeemAction } from '../../../core/gate/redeem.ts';
import { replayArchive } from '../../../core/gate/replay.ts';
import { submitAction } from '../../../core/gate/submit.ts';
import { canonicalJson } from '../../../core/ledger/canonical.ts';
import { encodeAgentStop } from '../../../core/risk/stops.ts';
import { POLICIES_DIRECTORY } from '../../../tools/build-bundle.ts';
import { contextWith } from '../../policies/cases.ts';
import { AGENT_ID } from '../../support/api-event.ts';
import { accountClosure, givenApproved, newPayeePayment, sealedEnvelope } from '../../support/approved-action.ts';
import type { DecisionArchive } from '../../support/decision-archive.ts';
import { archiveOfDecisions, archiveOfStore } from '../../support/decision-archive.ts';
import { actionRequest, givenGate, modelCall, testBundle } from '../../support/gate.ts';

const DEFAULTS = { account: 'A1' };

/** Every recorded call of the demonstration, people agreeing where they are asked. */
async function demonstratedArchive(): Promise<DecisionArchive> {
  const gate = givenGate();
  for (const task of readRecordedTasks(POLICIES_DIRECTORY, DEFAULTS)) {
    gate.clock.advance(60_000);
    for (const [step, { call }] of task.actions.entries()) {
      const sessionId = task.name.replaceAll(/[^A-Za-z0-9]/g, '.');
      const submitted = await submitAction(gate, AGENT_ID, {
        ...call,
        sessionId,
        idempotencyKey: `${sessionId}${step}`,
      });
      if (!submitted.ok) throw new Error(submitted.problem.code);
      const { record } = submitted.value;
      if (record.status !== 'pending_approval') continue;
      const ref = { entity: 'action', agentId: AGENT_ID, actionId: record.actionId } as const;
      gate.store.set(ref, { ...gate.store.get(ref), status: 'approved' });
      const envelopes = [1, 2]
        .slice(0, record.decision.obligations[0]?.approvals)
        .map((slot) => sealedEnvelope(gate, record, { slot, approver: `p1_${slot}`, manager: slot === 1 }));
      await redeemAction(gate, AGENT_ID, record.actionId, envelopes);
    }
  }
  return archiveOfStore(gate.store);
}

function edited(archive: DecisionArchive, from: string, to: string): void {
  for (const [key, bytes] of archive.objects) {
    const text = new TextDecoder().decode(bytes);
    if (key.startsWith('events/') && text.includes(from))
      archive.objects.set(key, new TextEncoder().encode(text.replace(from, to)));
  }
}

describe('replayArchive', () => {
  it('reproduces every decision of the recorded actions, redemptions included', async () => {
    const report = await replayArchive(await demonstratedArchive());

    expect(report).toMatchObject({ ok: true, mismatches: [], unreadable: [] });
    expect(report.byType['action.decided']).toBeGreaterThan(100);
    expect(report.byType['action.redeemed']).toBeGreaterThan(5);
    expect(report.bundles).toEqual({ [testBundle.hash]: report.decisions });
  });

  it('reproduces denials at redemption and skips refusals that decided nothing', async () => {
    const gate = givenGate();
    const record = await givenApproved(gate, newPayeePayment());
    await redeemAction(gate, AGENT_ID, record.actionId, [sealedEnvelope(gate, record, { agentId: 'other' })]);
    const by = { byPseudonym: 'p1_x', atMs: 1, reason: 'odd' };
    gate.store.set({ entity: 'agentStop', agentId: AGENT_ID }, encodeAgentStop({ version: 1, halted: true, ...by }));
    await redeemAction(gate, AGENT_ID, record.actionId, [sealedEnvelope(gate, record)]);

    expect(await replayArchive(archiveOfStore(gate.store))).toMatchObject({
      ok: true,
      decisions: 2,
      byType: { 'action.decided': 1, 'action.redeemed': 0, 'action.redeem_refused': 1 },
    });
  });

  it.each([
    ['verdict', '"verdict":"require_approval"', '"verdict":"allow"'],
    ['tier', '"tier":3', '"tier":0'],
    ['rules', '"rules":["CS-', '"rules":["CS-OTHER-T0-001","CS-'],
    ['obligations', '"approvals":2,"kind"', '"approvals":1,"kind"'],
    ['contextHash', '"contextHash":"', '"contextHash":"0'],
    ['contextHash', '"known":false', '"known":true'],
    ['bundle', '"bundleHash":"', '"bundleHash":"0'],
  ])('names the %s that is not what the bundle decides', async (member, from, to) => {
    const gate = givenGate();
    await submitAction(gate, AGENT_ID, accountClosure());
    const archive = archiveOfStore(gate.store);
    edited(archive, from, to);
    const report = await replayArchive(archive);

    expect(report).toMatchObject({ ok: false, decisions: 1, reproduced: 0, mismatchCount: 1 });
    expect(report.mismatches[0]).toMatchObject({ chain: `agent/${AGENT_ID}`, seq: 0, type: 'action.decided' });
    expect(report.mismatches[0]?.differences.map((one) => one.member)).toContain(member);
  });

  it('says that a bundle is missing when the archive does not have it', async () => {
    const report = await replayArchive(
      archiveOfDecisions([{ actionType: 'card.freeze', context: contextWith({}) }], testBundle),
    );

    expect(report.mismatches[0]?.differences).toEqual([
      { member: 'bundle', recorded: testBundle.hash, replayed: 'not in the archive' },
    ]);
  });

  it('lists a line that is no decision and reads on', async () => {
    const gate = givenGate();
    for (const request of [actionRequest(), modelCall(), actionRequest()]) await submitAction(gate, AGENT_ID, request);
    const archive = archiveOfStore(gate.store);
    edited(archive, '{"agent"', '{agent');
    const report = await replayArchive(archive);

    expect(report).toMatchObject({ ok: false, decisions: 2, reproduced: 2, unreadableCount: 1 });
    expect(report.unreadable[0]).toMatchObject({ byteOffset: 0 });
  });

  it('is not ok when there is nothing to replay', async () => {
    expect(await replayArchive(archiveOfDecisions([], testBundle))).toMatchObject({ ok: false, decisions: 0 });
  });

  it('hashes a context as its canonical json', async () => {
    const gate = givenGate();
    await submitAction(gate, AGENT_ID, actionRequest());
    const [segment] = archiveOfStore(gate.store).objects.values();
    const { data } = JSON.parse(new TextDecoder().decode(segment).split('\n')[0] ?? '');
    expect(testBundle.facts.fits(data.context)).toBe(true);
    expect(testBundle.facts.canonical(data.context)).toBe(canonicalJson(data.context));
  });
});
