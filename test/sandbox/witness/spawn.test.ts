import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openNote } from '../../../core/ledger/log/note.ts';
import { parseWitnessPolicy, quorumMet } from '../../../core/ledger/log/witness-policy.ts';
import type { Clock } from '../../../core/ports.ts';
import { httpWitnesses } from '../../../net/witness-client.ts';
import { witnessEndpoints } from '../../../net/witness-endpoints.ts';
import type { WitnessProblem } from '../../../net/witness-problem.ts';
import { type RunningWitnesses, startWitnesses } from '../../../sandbox/witness/spawn.ts';
import { processesNaming } from '../../support/sandbox-process.ts';
import { REPOSITORY_ROOT } from '../../support/source-files.ts';
import { fork, type GrowingLog } from './growing-log.ts';

const [honest, forged] = fork(4);
const machine: Clock = { nowMs: () => Date.now() };
let folder: string;
let running: RunningWitnesses | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'witnesses-'));
});
afterEach(async () => {
  await running?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(clock: Clock = machine): Promise<RunningWitnesses> {
  running = await startWitnesses({ count: 3, stateDir: folder, logKeys: [honest.signer.vkey], clock });
  return running;
}

/** Has a checkpoint cosigned through the policy that the sandbox would be given. */
async function cosign(policyText: string, log: GrowingLog, oldSize: number, size: number, clock = machine) {
  const policy = parseWitnessPolicy(policyText);
  if (!policy.ok) throw new Error(policy.problem.detail);
  const endpoints = witnessEndpoints(policy.value, []);
  if (!endpoints.ok) throw new Error(endpoints.problem.detail);
  const problems: WitnessProblem[] = [];
  const onProblem = (problem: WitnessProblem) => problems.push(problem);
  const client = httpWitnesses({
    policy: policy.value,
    endpoints: endpoints.value,
    clock,
    onProblem,
    timeoutMs: 60_000,
  });
  const note = log.note(size);
  const proofFrom = (from: number) => log.proof(from, size);
  const lines = await client.cosign(oldSize, proofFrom, new TextEncoder().encode(note)).catch(() => []);
  const keys = policy.value.witnesses.map(({ key }) => key);
  const opened = openNote(note + lines.join(''), keys);
  const verified = opened.ok ? opened.value.verified.map(({ key }) => key) : [];
  return { isMet: quorumMet(policy.value, verified), count: verified.length, codes: problems.map(({ code }) => code) };
}

describe('startWitnesses', () => {
  it('gives witnesses that cosign what extends their view, from whatever size, and no fork', async () => {
    const { policyText } = await start();
    expect(await cosign(policyText, honest, 0, 5)).toEqual({ isMet: true, count: 3, codes: [] });
    expect(await cosign(policyText, honest, 2, 9)).toEqual({ isMet: true, count: 3, codes: [] });
    expect(await cosign(policyText, honest, 9, 9)).toEqual({ isMet: true, count: 3, codes: [] });
    const alarms = (code: string) => ({ isMet: false, count: 0, codes: [code, code, code] });
    expect(await cosign(policyText, forged, 5, 9)).toEqual(alarms('other_root'));
    expect(await cosign(policyText, forged, 9, 10)).toEqual(alarms('proof_refused'));
    expect(await cosign(policyText, honest, 4, 8)).toEqual(alarms('larger_tree'));
  });

  it('gives the same keys, addresses and views when they are started again', async () => {
    const first = await start();
    await cosign(first.policyText, honest, 0, 5);
    await first.close();
    expect(await cosign(first.policyText, honest, 5, 9)).toMatchObject({ count: 0 });
    const second = await start();
    expect(second).toMatchObject({ witnesses: first.witnesses, policyText: first.policyText });
    expect(await cosign(second.policyText, forged, 5, 5)).toMatchObject({ count: 0 });
    expect(await cosign(second.policyText, honest, 5, 9)).toMatchObject({ count: 3 });
    expect(statSync(join(folder, 'witness-1', 'key.pem')).mode & 0o777).toBe(0o600);
  });

  it('has them state the sandbox’s time when its clock was moved', async () => {
    let aheadMs = 86_400_000;
    const moved: Clock = { nowMs: () => Date.now() + aheadMs };
    const { policyText, syncClock } = await start(moved);
    expect(await cosign(policyText, honest, 0, 5, moved)).toMatchObject({ count: 3 });
    aheadMs *= 2;
    expect((await cosign(policyText, honest, 5, 5, moved)).codes).toContain('cosignature_time');
    await syncClock();
    expect(await cosign(policyText, honest, 5, 5, moved)).toMatchObject({ count: 3 });
  });

  it('leaves none running when one does not start', async () => {
    const options = { count: 2, stateDir: folder, logKeys: [`${honest.signer.vkey}x`] };
    await expect(startWitnesses(options)).rejects.toThrow('expected the Ed25519 key of a log');
    expect(processesNaming(folder)).toEqual([]);
  });

  it('asks for nobody when there is none', async () => {
    const { policyText, close } = await startWitnesses({ count: 0, stateDir: folder, logKeys: [honest.signer.vkey] });
    await close();
    expect(policyText).toBe(`log ${honest.signer.vkey}\nquorum none\n`);
  });

  it('ends them when the process that started them is killed', async () => {
    const program = `const { startWitnesses } = await import('./sandbox/witness/spawn.ts');
      console.log(JSON.stringify(await startWitnesses({ count: 2, stateDir: process.argv[1], logKeys: [] })));`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program, folder], {
      cwd: REPOSITORY_ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(createInterface(parent.stdout), 'line');
    const started: RunningWitnesses = JSON.parse(String(line));
    const sockets = started.witnesses.map(({ url }) => connect(Number(new URL(url).port), '127.0.0.1'));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    expect(processesNaming(folder).length).toBeGreaterThanOrEqual(3);
    const ends = sockets.map((socket) => new Promise((end) => socket.on('error', end).on('close', end).resume()));
    parent.kill('SIGKILL');
    await Promise.all(ends);
    expect(started.witnesses).toHaveLength(2);
  });
});
