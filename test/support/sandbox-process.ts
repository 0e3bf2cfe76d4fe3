import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { SandboxFile } from '../../cli/deployment.ts';
import { REPOSITORY_ROOT } from './source-files.ts';

/** `countersign sandbox` in a process of its own. */
export interface SandboxProcess {
  /** What it printed when it was ready. */
  readonly file: SandboxFile;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  /** Asks it to stop. @returns its exit code */
  stop(): Promise<number | null>;
}

/** Starts the command in a folder and waits until it is ready. */
export async function startSandboxProcess(home: string, argv: readonly string[]): Promise<SandboxProcess> {
  const { COUNTERSIGN_API_URL: _elsewhere, ...env } = process.env;
  const child = spawn(process.execPath, ['bin/countersign.ts', 'sandbox', '--json', ...argv], {
    cwd: REPOSITORY_ROOT,
    env: { ...env, COUNTERSIGN_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints = `${complaints}${chunk.toString('utf8')}`.slice(-4_000);
  });
  const line = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([text]) => String(text)),
    once(child, 'exit').then(([code]) => {
      throw new Error(`expected a running sandbox, got exit code ${code}: ${complaints}`);
    }),
  ]);
  return {
    file: JSON.parse(line),
    kill: async () => {
      await ended(child, 'SIGKILL');
    },
    stop: async () => ended(child, 'SIGTERM'),
  };
}

/** A port nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('expected a port');
  return address.port;
}

/** Ids of processes whose command line names a folder. */
export function processesNaming(folder: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && commandLine(name).includes(folder))
    .map(Number);
}

async function ended(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exit = once(child, 'exit');
  child.kill(signal);
  const [code] = await exit;
  return typeof code === 'number' ? code : null;
}

function commandLine(processId: string): string {
  try {
    return readFileSync(join('/proc', processId, 'cmdline'), 'utf8');
  } catch {
    return '';
  }
}
