import { randomUUID } from 'node:crypto';
import { cpus } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { signRequest } from '../sdk/sign-request.ts';
import type { HostedProcess } from './hosted-sandbox.ts';
import { inParallel } from './in-parallel.ts';
import { post } from './post.ts';

/** How a run is set up. */
export interface LoadOptions {
  readonly agentCount: number;
  readonly concurrency: number;
  readonly actions: number;
}

/** What one run of the load generator found. */
export interface LoadSample {
  readonly perSecond: number;
  readonly latenciesMs: readonly number[];
  /** CPU of sandbox and database per action, milliseconds. */
  readonly cpuMsPerAction: number;
  /** Share of all cores that other processes used meanwhile, 0 to 1. */
  readonly othersShare: number;
  /** Requests repeated because other actions of the agent kept coming between. */
  readonly repeats: number;
  readonly acknowledged: readonly Acknowledged[];
}

/** An action that was answered with 200. */
export interface Acknowledged {
  readonly agentId: string;
  readonly actionId: string;
}

interface SignedSubmission {
  readonly agentId: string;
  readonly body: string;
  readonly headers: { readonly [name: string]: string };
}

/** Reads and reversible writes in turn: both are decided by rules alone and recorded in one transaction. */
const ACTIONS = [
  { type: 'payment.list-scheduled', params: {}, resource: 'account/A1' },
  { type: 'card.freeze', params: { card_id: 'C1' }, resource: 'card/C1' },
] as const;

/** The gate gave up after its own attempts; the agents' client repeats such a request after a pause, as is done here. */
const CONTENTION = 503;
const REPEAT_PAUSE_MS = 200;

/**
 * Submits actions through the API. A latency runs from the first byte sent to the last received,
 * repeats included. Requests are signed
 * beforehand: an agent's CPU is not the gate's.
 *
 * @throws {Error} when an action is answered with neither 200 nor 503
 */
export async function runLoad(sandbox: HostedProcess, options: LoadOptions): Promise<LoadSample> {
  const signed = await signAll(sandbox, options);
  const url = new URL(`${sandbox.apiUrl}/actions`);
  const client = post(options.concurrency);
  const latenciesMs: number[] = [];
  const acknowledged: Acknowledged[] = [];
  let repeats = 0;
  const before = await cpuNow(sandbox);
  const perSecond = await inParallel(options.concurrency, signed.length, async (index) => {
    const submission = signed[index];
    if (submission === undefined) return;
    const startMs = performance.now();
    let reply = await client.send(url, submission.headers, submission.body);
    for (; reply.status === CONTENTION; reply = await client.send(url, submission.headers, submission.body)) {
      repeats += 1;
      await setTimeout(REPEAT_PAUSE_MS);
    }
    const { status, text } = reply;
    latenciesMs.push(performance.now() - startMs);
    if (status !== 200) throw new Error(`expected the action to be allowed, got ${status} ${text}`);
    acknowledged.push({ agentId: submission.agentId, actionId: String(JSON.parse(text).actionId) });
  });
  client.close();
  const after = await cpuNow(sandbox);
  const cpuMs = after.sandboxMs - before.sandboxMs;
  const othersMs = after.machineMs - before.machineMs - cpuMs - (after.ownMs - before.ownMs);
  const othersShare = Math.max(0, othersMs) / ((after.atMs - before.atMs) * cpus().length);
  return { perSecond, latenciesMs, cpuMsPerAction: cpuMs / signed.length, othersShare, repeats, acknowledged };
}

/** Processor time used so far: by sandbox and database, by this process, and by everything on the machine. */
async function cpuNow(sandbox: HostedProcess) {
  const { user, system } = process.cpuUsage();
  const machineMs = cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
  return { sandboxMs: await sandbox.cpuMs(), ownMs: (user + system) / 1_000, machineMs, atMs: performance.now() };
}

async function signAll(sandbox: HostedProcess, options: LoadOptions): Promise<readonly SignedSubmission[]> {
  const url = new URL(`${sandbox.apiUrl}/actions`);
  const run = randomUUID();
  const agents = sandbox.agents.slice(0, options.agentCount);
  return Promise.all(
    Array.from({ length: options.actions }, async (_, index) => {
      const agent = agents[index % agents.length];
      if (agent === undefined) throw new Error('expected an agent, got none');
      const action = ACTIONS[Math.floor(index / agents.length) % ACTIONS.length];
      const body = JSON.stringify({ ...action, sessionId: 'bench', idempotencyKey: `${run}-${index}` });
      const headers = await signRequest({ method: 'POST', url, body }, agent.credentials, sandbox.region, new Date());
      return { agentId: agent.agentId, body, headers };
    }),
  );
}
