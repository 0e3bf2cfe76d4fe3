import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openClock, type SandboxClock } from '../../sandbox/clock.ts';
import { writeDurable } from '../../sandbox/front/durable-file.ts';
import type { Sandbox, SandboxOptions, SandboxSite } from '../../sandbox/index.ts';
import { startSandbox } from '../../sandbox/index.ts';
import type { SandboxFile } from '../deployment.ts';
import { sandboxFilePath } from '../deployment.ts';
import { loadRegistry } from './load-registry.ts';
import { type LogParties, startLogParties } from './log-parties.ts';
import { templateNames } from './names.ts';
import { PEOPLE, PERSON_NAMES, type PersonName } from './people.ts';
import { sandboxRegistry } from './registry.ts';
import { synthesize } from './synthesize.ts';

/** Where a sandbox runs. */
export interface RunOptions {
  readonly stateDir: string;
  /** What `cdk synth` wrote; the app is synthesized anew when absent. */
  readonly appDir?: string;
  /** Fixed ports; free ones, kept over restarts, when absent. */
  readonly apiPort?: number;
  readonly endpointPort?: number;
  readonly say: (text: string) => void;
}

/** A running, seeded sandbox. */
export interface RunningSandbox {
  readonly sandbox: Sandbox;
  /** What commands in other terminals read. */
  readonly file: SandboxFile;
  /** What the log needs that the institution does not run. */
  readonly parties: LogParties;
  close(): Promise<void>;
}

const ROLE_TTL_SECONDS = 12 * 3_600;

/**
 * Synthesizes the app unless that is done, runs it and declares people, agents and facts. Running it again on the same
 * folder goes on where it stopped.
 */
export async function runSandbox({ stateDir, appDir, say, ...ports }: RunOptions): Promise<RunningSandbox> {
  const home = resolve(stateDir);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const cdkOutDir = appDir === undefined ? await synthesizeInto(join(home, 'cdk.out'), say) : resolve(appDir);
  say('starting the sandbox …');
  const state = join(home, 'state');
  const { clock, parties, sandbox } = await startWithParties({ cdkOutDir, stateDir: state, ...ports });
  try {
    const subjects = await seedPeople(sandbox, passwords(home));
    await loadRegistry(sandbox, sandboxRegistry(sandbox.assembly.accountId, subjects.olivia));
  } catch (error) {
    await sandbox.close();
    throw error;
  }
  const file = describe(sandbox, passwords(home), parties);
  const path = sandboxFilePath(home);
  writeDurable(path, JSON.stringify(file, null, 2));
  return {
    sandbox,
    file,
    parties,
    close: async () => {
      rmSync(path, { force: true });
      await sandbox.close();
      clock.close();
    },
  };
}

/** The sandbox and what its log needs beside it, on one clock. */
async function startWithParties(options: Omit<SandboxOptions, 'clock' | 'outside'>) {
  const own = openClock(options.stateDir);
  const started = Promise.withResolvers<LogParties>();
  let parties: LogParties | undefined;
  const clock: SandboxClock = {
    ...own,
    advance: (durationMs) => {
      // Before the clock moves: what runs when it moves may ask them.
      parties?.setTime(own.nowMs() + durationMs);
      own.advance(durationMs);
    },
  };
  const outside = async (site: SandboxSite) => {
    parties = await startLogParties(site);
    started.resolve(parties);
    return parties;
  };
  const sandbox = await startSandbox({ ...options, clock, outside });
  return { clock, parties: await started.promise, sandbox };
}

async function synthesizeInto(cdkOutDir: string, say: (text: string) => void): Promise<string> {
  say('synthesizing the app …');
  await synthesize(cdkOutDir);
  return cdkOutDir;
}

type Passwords = { readonly [Name in PersonName]: string };

/** Passwords are made at the first start and kept: nobody's sandbox shares them with anybody's. */
function passwords(home: string): Passwords {
  const path = join(home, 'people.json');
  if (!existsSync(path)) {
    const made = Object.fromEntries(PERSON_NAMES.map((name) => [name, `${randomBytes(9).toString('base64url')}-Aa1!`]));
    writeDurable(path, JSON.stringify(made, null, 2));
  }
  return JSON.parse(readFileSync(path, 'utf8'));
}

async function seedPeople(sandbox: Sandbox, known: Passwords): Promise<{ readonly [Name in PersonName]: string }> {
  const entries: [string, string][] = [];
  for (const username of PERSON_NAMES) {
    const { email, groups } = PEOPLE[username];
    const user = await sandbox.cognito.seedUser({ username, email, groups, password: known[username] });
    entries.push([username, user.sub]);
  }
  // One entry was made for each name.
  return Object.fromEntries(entries) as { readonly [Name in PersonName]: string };
}

function describe(sandbox: Sandbox, known: Passwords, parties: LogParties): SandboxFile {
  const roleNames = sandbox.assembly
    .byType('AWS::IAM::Role')
    .map((role) => role.ref)
    .filter((name) => /^countersign-(agent-|auditor|details-reader|registry-operator|policy-publisher)/.test(name));
  const [client] = sandbox.cognito.pool.clients;
  return {
    apiUrl: sandbox.apiUrl,
    endpointUrl: sandbox.endpointUrl,
    signIn: {
      baseUrl: sandbox.signInUrl,
      clientId: client?.id ?? '',
      redirectUri: `${sandbox.apiUrl}/sign-in`,
    },
    region: sandbox.region,
    pid: process.pid,
    people: Object.fromEntries(
      PERSON_NAMES.map((name) => [name, { email: PEOPLE[name].email, password: known[name], role: PEOPLE[name].role }]),
    ),
    roles: Object.fromEntries(roleNames.map((name) => [name, credentialsOf(sandbox, name)])),
    names: templateNames(sandbox.assembly),
    log: {
      verifierKey: parties.logKey,
      witnessPolicy: parties.witnessPolicy,
      trustAnchors: parties.trustAnchors,
      certificationKey: parties.certificationKey,
    },
  };
}

function credentialsOf(sandbox: Sandbox, roleName: string) {
  const { accessKeyId, secretAccessKey, sessionToken } = sandbox.credentialsFor(roleName, ROLE_TTL_SECONDS);
  return { accessKeyId, secretAccessKey, sessionToken };
}
