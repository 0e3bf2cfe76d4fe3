import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sandbox } from '../../sandbox/index.ts';
import { AgentClient } from '../../sdk/agent-client.ts';
import type { CommandIo } from '../command.ts';
import { PersonClient } from '../person-client.ts';
import { PERSON_NAMES, type PersonName } from '../sandbox/people.ts';
import { holderAccountId, PAYMENTS_ROLE, SERVICE_ROLE } from '../sandbox/registry.ts';
import type { RunningSandbox } from '../sandbox/run-sandbox.ts';
import { runSandbox } from '../sandbox/run-sandbox.ts';
import type { DemoWorld } from './world.ts';

/** A demonstration's world, the process environment in which commands find it, and how to end it. */
export interface OpenWorld {
  readonly world: DemoWorld;
  readonly io: CommandIo;
  /** What the world runs in. */
  readonly sandbox: Sandbox;
  close(): Promise<void>;
}

/**
 * Starts a sandbox in a folder of its own and signs everyone in.
 *
 * @param appDir what `cdk synth` wrote; the app is synthesized anew when absent
 */
export async function openDemoWorld(io: CommandIo, say: (text: string) => void, appDir?: string): Promise<OpenWorld> {
  const stateDir = mkdtempSync(join(tmpdir(), 'countersign-demo-'));
  const running = await runSandbox({ stateDir, say, ...(appDir !== undefined && { appDir }) });
  const { AWS_REGION: _region, COUNTERSIGN_API_URL: _api, ...env } = io.env;
  return {
    world: await worldOf(running, stateDir),
    io: { ...io, env: { ...env, COUNTERSIGN_HOME: stateDir } },
    sandbox: running.sandbox,
    close: async () => {
      await running.close();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

async function worldOf({ sandbox, file }: RunningSandbox, scratchDir: string): Promise<DemoWorld> {
  const agent = (roleName: string) =>
    new AgentClient({
      baseUrl: sandbox.apiUrl,
      region: sandbox.region,
      credentials: () => sandbox.credentialsFor(roleName),
      nowMs: () => sandbox.clock.nowMs(),
    });
  const { accountId } = sandbox.assembly;
  return {
    payments: agent(PAYMENTS_ROLE),
    paymentsAgentId: `${accountId}:${PAYMENTS_ROLE}`,
    service: agent(SERVICE_ROLE),
    people: await signInAll({ sandbox, file }),
    accountId: holderAccountId(),
    aws: (roleName) => ({
      endpoint: sandbox.endpointUrl,
      region: sandbox.region,
      credentials: sandbox.credentialsFor(roleName),
    }),
    names: file.names,
    log: file.log,
    scratchDir,
    drain: () => sandbox.drain(),
    archivedKeys: async () => sandbox.s3.listCurrent(file.names.archiveBucket, '').map(({ key }) => key),
    flipArchivedByte: async (key, byteIndex) => sandbox.s3.tamper(file.names.archiveBucket, key, byteIndex),
  };
}

async function signInAll({ sandbox, file }: Pick<RunningSandbox, 'sandbox' | 'file'>): Promise<DemoWorld['people']> {
  const entries: [PersonName, PersonClient][] = [];
  for (const name of PERSON_NAMES) {
    const { idToken } = await sandbox.cognito.tokenFor(name, file.people[name]?.password ?? '');
    entries.push([name, new PersonClient({ baseUrl: sandbox.apiUrl, idToken, fetch })]);
  }
  // One entry was made for each name.
  return Object.fromEntries(entries) as DemoWorld['people'];
}
