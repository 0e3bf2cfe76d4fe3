import { GetObjectLegalHoldCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Command } from '../../cli/command.ts';
import { decideAs } from '../../cli/demo/people-decide.ts';
import { poll } from '../../cli/demo/poll.ts';
import type { JsonRun } from '../../cli/demo/run-json.ts';
import { runJson } from '../../cli/demo/run-json.ts';
import { detailsCommand } from '../../cli/details.ts';
import { eraseCommand } from '../../cli/erase.ts';
import { holdCommand } from '../../cli/hold.ts';
import { retentionCommand } from '../../cli/retention.ts';
import { verifyCommand } from '../../cli/verify.ts';
import { gist, newPayeePayment } from '../support/requests.ts';
import { openSandboxWorld, type SandboxWorld } from '../support/sandbox-world.ts';

let world: SandboxWorld;

beforeAll(async () => {
  world = await openSandboxWorld();
});
afterAll(async () => {
  await world?.close();
});

async function run(command: Command, ...argv: readonly string[]): Promise<JsonRun> {
  const io = { stdout: () => undefined, stderr: () => undefined, env: { ...world.env }, fetch };
  return runJson(command, argv, io);
}

/** Runs a command as the records desk would, while two people approve what it asks for. */
async function withApprovals(type: string, command: Command, ...argv: readonly string[]): Promise<JsonRun> {
  const running = run(command, ...argv);
  const mara = await world.person('mara');
  const actionId = await poll('an open request', async () => {
    const { body } = await mara.openRequests();
    const requests = Array.isArray(body['requests']) ? body['requests'] : [];
    const found = requests.map((request) => Object(request)).find((request) => request.type === type);
    return found === undefined ? undefined : String(found.id);
  });
  expect(gist(await decideAs(await world.person('olivia'), actionId, 'approve', 'mine'))).toMatch(/^403 /);
  expect((await decideAs(await world.person('ann'), actionId, 'approve', 'checked')).status).toBe(200);
  expect((await decideAs(mara, actionId, 'approve', 'checked')).status).toBe(200);
  return running;
}

/** A decision whose details are kept: where it is recorded, and what it was about. */
async function decided() {
  const payment = newPayeePayment(world);
  const { body } = await world.agent().submit(payment);
  const { chain, seq } = Object(body['ledger']);
  return { payment, at: [String(chain), String(seq)] };
}

/** Archived segments, bundles, full tiles and kept checkpoints, and whether each is under a legal hold. */
async function legalHolds(): Promise<readonly string[]> {
  const { sandbox, running } = world;
  const s3 = new S3Client({
    endpoint: sandbox.endpointUrl,
    region: sandbox.region,
    forcePathStyle: true,
    credentials: sandbox.credentialsFor('root'),
    systemClockOffset: sandbox.clock.nowMs() - Date.now(),
  });
  const { archiveBucket, logBucket } = running.file.names;
  const found = [archiveBucket, logBucket].flatMap((bucket) =>
    sandbox.s3.listCurrent(bucket, '').map(({ key }) => ({ Bucket: bucket, Key: key })),
  );
  const kept = found.filter(({ Key }) => /^(events|bundles|checkpoints)\//.test(Key));
  const states = await Promise.all(
    kept.map(async (object) => (await s3.send(new GetObjectLegalHoldCommand(object))).LegalHold?.Status),
  );
  s3.destroy();
  return [...new Set(states.map(String))];
}

/** Waits until every object is under a hold, or none. */
async function everyObject(status: 'ON' | 'OFF'): Promise<void> {
  await world.advance(5 * 60_000);
  await poll(`every object ${status}`, async () => ((await legalHolds()).join() === status ? true : undefined));
}

describe('the details of a decision', () => {
  it('are read in the clear by the details reader alone, as the event committed to', async () => {
    const { payment, at } = await decided();
    expect(await run(detailsCommand, ...at)).toMatchObject({
      exitCode: 0,
      output: { details: { resource: payment.resource, sessionId: payment.sessionId, params: payment.params } },
    });
    expect(await run(detailsCommand, ...at, '--role', 'countersign-auditor')).toMatchObject({ exitCode: 2 });
    expect(await run(detailsCommand, at[0] ?? '', '999')).toMatchObject({ exitCode: 3 });
    expect(await run(detailsCommand, 'control', '0')).toMatchObject({ exitCode: 1 });
  });

  it('stay while a legal hold stands, and are gone for good once the key is destroyed, and the record verifies', async () => {
    const { at } = await decided();
    const { output } = await run(detailsCommand, ...at);
    const isDecision = ({ chain, seq }: { chain: string; seq: number }) => [chain, String(seq)].join() === at.join();
    const committed = (await world.events()).find(isDecision)?.text;
    expect(committed).toContain('"commitment":');
    const subject = String(output['subject']);
    const through = String(output['month']);
    const held = await withApprovals('records.hold.set', holdCommand, 'set', 'claim-7', '--reason', 'claim 7');
    expect(held).toMatchObject({ exitCode: 0, output: { changed: true } });
    await everyObject('ON');
    const plan = await run(retentionCommand, 'plan');
    const planned = new Map(Object(plan.output)['months'].map((month: object) => [Object(month)['area'], month]));
    for (const area of ['events', 'bundles', 'checkpoints']) {
      expect(planned.get(area)).toMatchObject({ holds: ['claim-7'], lockedUntil: expect.stringMatching(/^203\d-/) });
      expect(planned.get(area)).not.toHaveProperty('deletableFrom');
    }
    const refused = await withApprovals('records.erase', eraseCommand, subject, '--through', through);
    expect(refused).toMatchObject({ exitCode: 3, output: { code: 'legal_hold', hold: 'claim-7' } });
    expect(await run(detailsCommand, ...at)).toMatchObject({ exitCode: 0 });

    await withApprovals('records.hold.release', holdCommand, 'release', 'claim-7', '--reason', 'settled');
    await everyObject('OFF');
    expect((await run(retentionCommand, 'plan')).output).toMatchObject({
      months: expect.arrayContaining([
        expect.objectContaining({ area: 'events', holds: [], deletableFrom: expect.any(String) }),
      ]),
    });
    const list = await run(holdCommand, 'list');
    expect(list).toMatchObject({ output: { holds: [{ id: 'claim-7', releasedAt: expect.any(String) }] } });
    const erase = [subject, '--through', through, '--key', 'asked-again'];
    expect(await withApprovals('records.erase', eraseCommand, ...erase)).toMatchObject({ exitCode: 0 });
    expect(await run(detailsCommand, ...at)).toMatchObject({
      exitCode: 1,
      output: { complaint: expect.stringContaining('was destroyed') },
    });
    const events = await world.events();
    expect(events.find(isDecision)?.text).toBe(committed);
    const erased = events.find(({ type }) => type === 'control.subject_erased');
    expect(erased?.data).toMatchObject({ subject, through, keys: 1 });
    expect(JSON.stringify(events)).not.toContain('DE89370400440532013000');
    expect((await run(verifyCommand)).exitCode).toBe(0);
    await world.sandbox.drain();
    const { names } = world.running.file;
    const pinned = ['--key', world.running.parties.logKey, '--workers', '0'];
    expect(await run(verifyCommand, `s3://${names.logBucket}`, ...pinned)).toMatchObject({
      exitCode: 0,
      output: { ok: true, findings: [] },
    });
  }, 90_000);
  it('are kept as long as two people approved, in objects written from then on', async () => {
    const asked = ['extend', 'decisions', '--days', '4000', '--reason', 'claim 8'];
    const extended = await withApprovals('records.retention.extend', retentionCommand, ...asked);
    expect(extended).toMatchObject({ exitCode: 0, output: { changed: true } });
    await decided();
    await world.sandbox.drain();
    const until = new Date(world.sandbox.clock.nowMs() + 3_999 * 86_400_000).toISOString().slice(0, 10);
    const { output } = await run(retentionCommand, 'plan');
    for (const area of ['events', 'checkpoints']) {
      const month = Object(output)['months'].find((each: object) => Object(each)['area'] === area);
      expect([area, month.lockedUntil >= until]).toEqual([area, true]);
    }
    expect((await run(verifyCommand)).exitCode).toBe(0);
  }, 60_000);
});
