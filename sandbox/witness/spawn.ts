import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Clock } from '../../core/ports.ts';

/** Which witnesses to start. */
export interface WitnessesOptions {
  readonly count: number;
  /** Each witness keeps its key, its views and its port in a folder below. */
  readonly stateDir: string;
  /** Verifier keys (type 0x01) of the logs they know; a key's name is its log's origin. */
  readonly logKeys: readonly string[];
  /** The sandbox's clock; the machine's when absent. */
  readonly clock?: Clock;
}

/** A witness that listens. */
export interface RunningWitness {
  /** The name it signs under. */
  readonly name: string;
  /** Submission and monitoring prefix. */
  readonly url: string;
  readonly vkey: string;
}

/** Witnesses that listen. */
export interface RunningWitnesses {
  readonly witnesses: readonly RunningWitness[];
  /** A tlog-policy that more than half of them meet, with their URLs. */
  readonly policyText: string;
  /** Tells them the clock's time, which those that run go by on return; to be called when it was moved. */
  syncClock(): Promise<void>;
  close(): Promise<void>;
}

interface Child extends RunningWitness {
  readonly child: ChildProcess;
  /** Writes a line to it, if any, and waits for its next one. @throws {Error} when it ends instead */
  readonly answer: (line?: string) => Promise<string>;
}

const MAIN = join(import.meta.dirname, 'main.ts');

/**
 * Starts witnesses, each a process of its own that ends with this one, however this one ends. They keep their keys, their
 * ports and what they cosigned over restarts.
 *
 * @throws {Error} when one does not start; the others are stopped then
 */
export async function startWitnesses(options: WitnessesOptions): Promise<RunningWitnesses> {
  const { count, clock, logKeys } = options;
  const starting = Array.from({ length: count }, (_, index) => startWitness(options, index + 1));
  const settled = await Promise.allSettled(starting);
  const children = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const close = async () => {
    await Promise.all(children.map(({ child }) => stopped(child)));
  };
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    await close();
    throw failed.reason;
  }
  const syncClock = async () => {
    // One that has ended has no clock to set; whoever asks it to cosign will notice.
    if (clock !== undefined)
      await Promise.allSettled(children.map(({ answer }) => answer(`now ${Math.trunc(clock.nowMs())}\n`)));
  };
  await syncClock();
  const witnesses = children.map(({ name, url, vkey }) => ({ name, url, vkey }));
  return { witnesses, policyText: policyOf(logKeys, witnesses), syncClock, close };
}

async function startWitness({ stateDir, logKeys }: WitnessesOptions, number: number): Promise<Child> {
  const name = `witness-${number}.sandbox.countersign.example`;
  const state = join(stateDir, `witness-${number}`);
  const logs = logKeys.flatMap((key) => ['--log', key]);
  const child = spawn(process.execPath, [MAIN, '--follow', '--state', state, '--name', name, ...logs], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // A witness that has ended is noticed by its exit; what was written to it meanwhile is of no interest.
  child.stdin.on('error', () => undefined);
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints = `${complaints}${chunk.toString('utf8')}`.slice(-4_000);
  });
  const lines = createInterface(child.stdout);
  const ended = once(child, 'exit').then(([code]) => ({ code }));
  const answer = async (line = '') => {
    const next = Promise.race([once(lines, 'line').then(([text]) => String(text)), ended]);
    child.stdin.write(line);
    const text = await next;
    if (typeof text === 'string') return text;
    throw new Error(`expected a running witness, got exit code ${text.code}: ${complaints}`);
  };
  const { url, vkey }: { readonly url: string; readonly vkey: string } = JSON.parse(await answer());
  return { name, url, vkey, child, answer };
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill();
  await exit;
}

function policyOf(logKeys: readonly string[], witnesses: readonly RunningWitness[]): string {
  const logs = logKeys.map((key) => `log ${key}\n`);
  if (witnesses.length === 0) return `${logs.join('')}quorum none\n`;
  const names = witnesses.map((_, index) => `w${index + 1}`);
  const lines = witnesses.map(({ url, vkey }, index) => `witness w${index + 1} ${vkey} ${url}\n`);
  const majority = Math.floor(witnesses.length / 2) + 1;
  return `${[...logs, ...lines].join('')}group sandbox ${majority} ${names.join(' ')}\nquorum sandbox\n`;
}
