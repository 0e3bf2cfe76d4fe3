import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { AwsCredentials } from '../sdk/sign-request.ts';

/** What the load generator knows of the sandbox that runs in another process. */
export interface HostedSandbox {
  readonly apiUrl: string;
  readonly endpointUrl: string;
  readonly region: string;
  readonly ledgerTable: string;
  /** The account's own credentials, for reading the ledger. */
  readonly root: AwsCredentials;
  readonly agents: readonly { readonly agentId: string; readonly credentials: AwsCredentials }[];
  readonly functions: readonly DeployedFunction[];
}

/** The sandbox and what it used. */
export interface HostedProcess extends HostedSandbox {
  /** CPU time of the sandbox's and the database's process so far, milliseconds. */
  cpuMs(): Promise<number>;
}

/** A function as the templates deploy it. */
export interface DeployedFunction {
  readonly name: string;
  /** The bundled module. */
  readonly moduleFile: string;
  readonly environment: { readonly [name: string]: string };
}

/** Runs `use` with a sandbox in a process of its own, which ends afterwards. State and templates go into `folder`. */
export async function withHostedSandbox<T>(folder: string, use: (sandbox: HostedProcess) => Promise<T>): Promise<T> {
  const child = fork(join(import.meta.dirname, 'sandbox-host.ts'), [folder]);
  try {
    // Only sandbox-host.ts sends: first the sandbox, then an answer to each question.
    const sandbox = (await nextMessage(child)) as HostedSandbox;
    const cpuMs = async () => {
      child.send('cpu');
      return Number(await nextMessage(child));
    };
    return await use({ ...sandbox, cpuMs });
  } finally {
    await ended(child);
  }
}

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const gone = (code: number | null) => reject(new Error(`expected the sandbox to answer, got exit code ${code}`));
    child.once('exit', gone);
    child.once('message', (message) => {
      child.off('exit', gone);
      resolve(message);
    });
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.disconnect();
  await exit;
}
