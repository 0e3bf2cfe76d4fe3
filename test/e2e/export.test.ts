import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exportCommand } from '../../cli/export.ts';
import { verifyCommand } from '../../cli/verify.ts';
import { buildVerifier } from '../../tools/build-verifier.ts';
import { testIo } from '../cli/audit-io.ts';
import { balance, gist } from '../support/requests.ts';
import { openSandboxWorld, type SandboxWorld } from '../support/sandbox-world.ts';

let world: SandboxWorld;
let scratch: string;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'countersign-export-'));
  world = await openSandboxWorld();
});

afterAll(async () => {
  await world?.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** Has an agent act, and keeps the last receipt. */
async function act(times: number): Promise<string> {
  const kept = join(scratch, 'receipt.json');
  for (let call = 0; call < times; call += 1) {
    const reply = await world.agent().submit(balance(world));
    expect(gist(reply)).toBe('200 allowed');
    writeFileSync(kept, JSON.stringify(reply.body['receipt']));
  }
  await world.sandbox.drain();
  return kept;
}

/** What an outsider got by another way than the log: keys, witnesses and trust anchors. */
function pinned(): readonly string[] {
  const { logKey, ...published } = world.running.parties;
  const files = {
    'witness-policy': published.witnessPolicy,
    tsa: published.trustAnchors,
    'certification-key': published.certificationKey,
  };
  const flags = Object.entries(files).flatMap(([flag, text]) => {
    const file = join(scratch, flag);
    writeFileSync(file, text);
    return [`--${flag}`, file];
  });
  return ['--key', logKey, ...flags, '--max-age-seconds', '600'];
}

it('verifies with nothing wrong when the sandbox’s log was exported, and again when it grew', async () => {
  const folder = join(scratch, 'log');
  const previous = join(scratch, 'previous');
  for (const round of [1, 2]) {
    const receipt = await act(3);
    const exporting = testIo(world.env);
    expect(await exportCommand([folder, '--receipt', receipt, '--json'], exporting), exporting.err.join('')).toBe(0);
    const flags = [...pinned(), '--workers', '0', '--json', ...(round === 1 ? [] : ['--previous', previous])];
    const verifying = testIo(world.env);
    const exit = await verifyCommand([folder, ...flags], verifying);
    const passed = { status: 'passed' };
    expect(verifying.json()).toMatchObject({
      ok: true,
      findings: [],
      checks: { C1: passed, C2: passed, C3: passed, C4: passed, C7: passed, C14: passed, C15: passed, C16: passed },
    });
    expect(exit).toBe(0);
    writeFileSync(previous, readFileSync(join(folder, 'checkpoint')));
  }
});

/** What C3 says of the exported folder when the sandbox's witnesses are asked. */
async function askWitnesses(folder: string) {
  const io = testIo(world.env);
  const argv = [folder, ...pinned(), '--ask-witnesses', '--workers', '0', '--json'];
  const exit = await verifyCommand(argv, io);
  return { argv, exit, text: io.text(), report: io.json() };
}

it('asks the witnesses, and finds that they hold a larger tree when the log grew since', async () => {
  const folder = join(scratch, 'asked');
  expect(await exportCommand([folder, '--json'], testIo(world.env))).toBe(0);
  expect(await askWitnesses(folder)).toMatchObject({
    exit: 0,
    report: { ok: true, checks: { C3: { status: 'passed', notCovered: [] } } },
  });
  const file = join(scratch, 'countersign-verify.mjs');
  await buildVerifier(file);
  const { argv, text } = await askWitnesses(folder);
  expect(spawnSync(process.execPath, [file, ...argv], { env: {}, encoding: 'utf8' }).stdout).toBe(text);
  await act(1);
  const ahead = { check: 'C3', code: 'witness_ahead' };
  expect(await askWitnesses(folder)).toMatchObject({ exit: 1, report: { findings: [ahead, ahead] } });
});

it('verifies in the bucket too, in the role of an auditor', async () => {
  const io = testIo(world.env);
  const place = `s3://${world.running.file.names.logBucket}`;
  const exit = await verifyCommand([place, ...pinned(), '--workers', '0', '--json'], io);
  expect(io.json()).toMatchObject({ ok: true, findings: [], checks: { C6: { status: 'passed' } } });
  expect(exit).toBe(0);
});

it('keeps from an auditor what heads say besides where their chains stand', async () => {
  const { sandbox, file } = world.running;
  const credentials = sandbox.credentialsFor('countersign-auditor');
  const client = new DynamoDBClient({ endpoint: sandbox.endpointUrl, region: sandbox.region, credentials });
  const Key = { pk: { S: `AGENT#${world.agentId}` }, sk: { S: 'HEAD' } };
  const read = (ProjectionExpression?: string) =>
    client.send(
      new GetItemCommand({
        TableName: file.names.stateTable,
        Key,
        ...(ProjectionExpression === undefined ? {} : { ProjectionExpression }),
      }),
    );
  await expect(read()).rejects.toThrow('not authorized');
  await expect(read('seq, sessions')).rejects.toThrow('not authorized');
  expect(Object.keys((await read('seq')).Item ?? {})).toEqual(['seq']);
  client.destroy();
});
