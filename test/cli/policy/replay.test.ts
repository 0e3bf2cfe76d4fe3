import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { explainCommand } from '../../../cli/explain.ts';
import { policyCommand } from '../../../cli/policy.ts';
import { submitAction } from '../../../core/gate/submit.ts';
import { bundleBytes, POLICIES_DIRECTORY } from '../../../tools/build-bundle.ts';
import { contextWith } from '../../policies/cases.ts';
import { AGENT_ID } from '../../support/api-event.ts';
import { newPayeePayment } from '../../support/approved-action.ts';
import { changedSource, factExpression } from '../../support/changed-bundle.ts';
import { archiveOfStore } from '../../support/decision-archive.ts';
import { actionRequest, givenGate } from '../../support/gate.ts';
import type { ArchiveFolder } from '../archive-folder.ts';
import { archiveFolder } from '../archive-folder.ts';
import { testIo } from '../audit-io.ts';

let folder: ArchiveFolder;
let pendingId: string;

beforeEach(async () => {
  const gate = givenGate();
  await submitAction(gate, AGENT_ID, actionRequest());
  const asked = await submitAction(gate, AGENT_ID, newPayeePayment());
  if (!asked.ok) throw new Error(asked.problem.code);
  pendingId = asked.value.record.actionId;
  folder = await archiveFolder(archiveOfStore(gate.store).objects);
});

afterEach(() => folder.remove());

describe('countersign policy replay', () => {
  it('exits 0 and counts when everything is reproduced', async () => {
    const io = testIo();
    expect(await policyCommand(['replay', folder.path], io)).toBe(0);
    expect(io.text()).toContain('OK: 2 of 2 decisions reproduced');
  });

  it('exits 1 and names what was not', async () => {
    const archive = testIo();
    const key = `events/dt=2026-11-20/agent~${AGENT_ID.replace(':', '~')}/0000000000000000.jsonl`;
    const text = await readFile(`${folder.path}/${key}`, 'utf8');
    await folder.write(key, text.replace('"verdict":"require_approval"', '"verdict":"allow"'));
    expect(await policyCommand(['replay', folder.path], archive)).toBe(1);
    expect(archive.text()).toContain(`#1 action.decided ${pendingId}`);
    expect(archive.text()).toContain('verdict: recorded "allow", replayed "require_approval"');
  });

  it('exits 3 when there is no decision', async () => {
    const empty = await archiveFolder(new Map());
    expect(await policyCommand(['replay', empty.path], testIo())).toBe(3);
    await empty.remove();
  });
});

describe('countersign policy diff', () => {
  it('compares a directory with a bundle file', async () => {
    const rule = { id: 'CS-TEST-T0-001', effect: 'forbid', body: factExpression('agent.registered') } as const;
    const file = `${folder.path}.bundle.json`;
    await writeFile(file, bundleBytes(changedSource([rule])));
    const io = testIo();
    expect(await policyCommand(['diff', POLICIES_DIRECTORY, file, '--on', folder.path, '--json'], io)).toBe(0);
    expect(io.json()).toMatchObject({ decisions: 2, changedCount: 2, byAgent: { [AGENT_ID]: { 'allow → deny': 1 } } });
    const lines = testIo();
    await policyCommand(['diff', POLICIES_DIRECTORY, file, '--on', folder.path], lines);
    expect(lines.text()).toContain('2 of 2 decisions would change');
    expect(lines.text()).toContain('DROPPED INV-CREDENTIAL: nothing proves it any more');
  });

  it('exits 3 when a bundle is none', async () => {
    const file = `${folder.path}.bundle.json`;
    await writeFile(file, '{}');
    expect(await policyCommand(['diff', file, POLICIES_DIRECTORY, '--on', folder.path], testIo())).toBe(3);
    expect(await policyCommand(['diff', POLICIES_DIRECTORY, '--on', folder.path], testIo())).toBe(3);
  });
});

describe('countersign explain', () => {
  it('explains an action of an archive', async () => {
    const io = testIo();
    expect(await explainCommand([pendingId, folder.path], io)).toBe(0);
    expect(io.text()).toContain('require_approval: payment.send, tier 2');
    expect(io.text()).toContain('payee.known becomes true');
  });

  it('exits 3 when there is no such action', async () => {
    expect(await explainCommand(['act_none', folder.path], testIo())).toBe(3);
  });
});

describe('countersign policy explain', () => {
  it('explains facts in a file', async () => {
    const file = `${folder.path}.context.json`;
    await writeFile(file, JSON.stringify({ actionType: 'card.freeze', context: contextWith({ 'stop.veto': true }) }));
    const io = testIo();
    expect(await policyCommand(['explain', '--context', file, '--json'], io)).toBe(0);
    expect(io.json()).toMatchObject({ verdict: 'deny', rules: ['CS-STOP-T1-002'] });
  });

  it('exits 3 when the file holds no facts', async () => {
    const file = `${folder.path}.context.json`;
    await writeFile(file, '[]');
    expect(await policyCommand(['explain', '--context', file], testIo())).toBe(3);
  });
});
