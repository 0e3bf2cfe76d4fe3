import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sandboxIssuer, withSandboxCredential } from '../cli/sandbox/credential-issuer.ts';
import { loadRegistry } from '../cli/sandbox/load-registry.ts';
import { templateNames } from '../cli/sandbox/names.ts';
import { sandboxRegistry } from '../cli/sandbox/registry.ts';
import type { JsonObject } from '../core/json.ts';
import { isJsonObject } from '../core/json.ts';
import { startSandbox } from '../sandbox/index.ts';
import type { HostedSandbox } from './hosted-sandbox.ts';

/**
 * A process of its own that runs the sandbox for the load generator: started by `hosted-sandbox.ts` with an IPC
 * channel and a folder, ends when the channel closes.
 */

const AGENT_COUNT = 8;
const ACCOUNT_ID = '111122223333';
const ROLE_TTL_SECONDS = 12 * 3_600;
const PROJECT_ROOT = join(import.meta.dirname, '..');
/** Clock ticks of `/proc/<pid>/stat`, per second. */
const TICKS_PER_SECOND = 100;

const roleNames = Array.from({ length: AGENT_COUNT }, (_, index) => `countersign-agent-bench-${index + 1}`);

function configuration(): object {
  const root = `arn:aws:iam::${ACCOUNT_ID}:root`;
  return {
    account: ACCOUNT_ID,
    region: 'eu-west-1',
    signIn: { domainPrefix: 'countersign-bench' },
    agents: roleNames.map((roleName) => ({ roleName, trustedPrincipals: [root] })),
    credentialIssuers: [sandboxIssuer()],
    registryOperators: [root],
    auditors: [root],
    // The default of 200 requests a second would be measured instead of the gate.
    throttles: { agents: { ratePerSecond: 10_000, burst: 5_000 } },
  };
}

async function synthesize(folder: string): Promise<string> {
  const [configPath, cdkOutDir] = [join(folder, 'config.json'), join(folder, 'cdk.out')];
  writeFileSync(configPath, JSON.stringify(configuration()));
  await promisify(execFile)(process.execPath, ['bin/app.ts'], {
    cwd: PROJECT_ROOT,
    env: { ...process.env, CDK_OUTDIR: cdkOutDir, CDK_CONTEXT_JSON: JSON.stringify({ config: configPath }) },
  });
  return cdkOutDir;
}

/** The demonstration's registry, with the bench's agents in place of its own. */
function registry(agentIds: readonly string[]): JsonObject {
  const known = sandboxRegistry(ACCOUNT_ID, 'owner-of-bench');
  const [pattern] = Array.isArray(known['agents']) ? known['agents'] : [];
  if (!isJsonObject(pattern)) throw new Error('expected an agent in the registry of the demonstration');
  return {
    ...known,
    agents: agentIds.map((agentId) => withSandboxCredential({ ...pattern, agentId, accounts: ['*'] })),
  };
}

async function host(folder: string): Promise<HostedSandbox> {
  mkdirSync(folder, { recursive: true });
  const sandbox = await startSandbox({ cdkOutDir: await synthesize(folder), stateDir: join(folder, 'state') });
  const agentIds = roleNames.map((name) => `${ACCOUNT_ID}:${name}`);
  await loadRegistry(sandbox, registry(agentIds));
  process.once('disconnect', () => void sandbox.close());
  return {
    apiUrl: sandbox.apiUrl,
    endpointUrl: sandbox.endpointUrl,
    region: sandbox.region,
    ledgerTable: templateNames(sandbox.assembly).ledgerTable,
    root: sandbox.credentialsFor('root', ROLE_TTL_SECONDS),
    agents: roleNames.map((name, index) => ({
      agentId: agentIds[index] ?? '',
      credentials: sandbox.credentialsFor(name, ROLE_TTL_SECONDS),
    })),
    functions: sandbox.lambda.functions.map(({ name, moduleFile, environment }) => ({
      name,
      moduleFile,
      environment,
    })),
  };
}

/** User and system time of this process and the database's so far, milliseconds. */
function cpuMs(folder: string): number {
  const { user, system } = process.cpuUsage();
  const stored = readFileSync(join(folder, 'state/dynamodb/database-process.json'), 'utf8');
  const stat = readFileSync(`/proc/${JSON.parse(stored).processId}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return (user + system) / 1_000 + (ticks * 1_000) / TICKS_PER_SECOND;
}

const folder = process.argv[2] ?? '';
process.send?.(await host(folder));
process.on('message', () => process.send?.(cpuMs(folder)));
