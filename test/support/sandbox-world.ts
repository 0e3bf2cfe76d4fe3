import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AttributeValue, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { ledgerItemBytes } from '../../aws/ledger-item.ts';
import { PersonClient } from '../../cli/person-client.ts';
import type { PersonName } from '../../cli/sandbox/people.ts';
import { holderAccountId, PAYMENTS_ROLE } from '../../cli/sandbox/registry.ts';
import type { RunningSandbox } from '../../cli/sandbox/run-sandbox.ts';
import { runSandbox } from '../../cli/sandbox/run-sandbox.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Sandbox } from '../../sandbox/index.ts';
import { AgentClient } from '../../sdk/agent-client.ts';
import { synthesizedApp } from './synthesized-app.ts';

/** An item as DynamoDB has it. */
export type RawItem = Record<string, AttributeValue>;

/** An event as the ledger's bytes have it. */
export interface LedgerEvent {
  readonly type: string;
  readonly chain: string;
  readonly seq: number;
  readonly data: JsonObject;
  /** The exact bytes as text. */
  readonly text: string;
}

/** The seeded sandbox of one test file, in a folder of its own. */
export interface SandboxWorld {
  readonly home: string;
  readonly running: RunningSandbox;
  readonly sandbox: Sandbox;
  readonly agentId: string;
  /** The recorded account holder's account, as a resource. */
  readonly account: string;
  /** A client of the agent API; the payments agent when no role is named. */
  agent(roleName?: string): AgentClient;
  /** Signs a person in by the sandbox's clock as it is now. */
  person(name: PersonName): Promise<PersonClient>;
  idToken(name: PersonName): Promise<string>;
  /** Moves the clock once nothing runs: no function sees time jump while it works. */
  advance(durationMs: number): Promise<void>;
  /** Every item of a table, sorted by key. */
  items(table: 'state' | 'ledger'): Promise<readonly RawItem[]>;
  /** The ledger's events, by chain and number. */
  events(): Promise<readonly LedgerEvent[]>;
  /** Counts and a hash of everything in the tables, once nothing is on its way. */
  fingerprint(): Promise<{ readonly state: string; readonly ledger: string }>;
  /** Everything the functions logged. */
  logs(): string;
  /** The process environment in which commands find this sandbox. */
  readonly env: { readonly [name: string]: string };
  close(): Promise<void>;
}

/** A sandbox that goes on where another one stopped, perhaps with another app. */
export interface KeptHome {
  /** Stays when the world is closed. */
  readonly home: string;
  readonly appDir: string;
}

/** Starts the synthesized app, seeded, on free ports. */
export async function openSandboxWorld(kept?: KeptHome): Promise<SandboxWorld> {
  const home = kept?.home ?? mkdtempSync(join(tmpdir(), 'countersign-e2e-'));
  const appDir = kept?.appDir ?? (await synthesizedApp());
  const running = await runSandbox({ stateDir: home, appDir, say: () => undefined });
  const { sandbox, file } = running;
  const items = async (table: 'state' | 'ledger') =>
    scan(sandbox, table === 'state' ? file.names.stateTable : file.names.ledgerTable);
  const idToken = async (name: PersonName) =>
    (await sandbox.cognito.tokenFor(name, file.people[name]?.password ?? '')).idToken;
  return {
    home,
    running,
    sandbox,
    agentId: `${sandbox.assembly.accountId}:${PAYMENTS_ROLE}`,
    account: `account/${holderAccountId()}`,
    agent: (roleName = PAYMENTS_ROLE) =>
      new AgentClient({
        baseUrl: sandbox.apiUrl,
        region: sandbox.region,
        credentials: () => sandbox.credentialsFor(roleName),
        nowMs: () => sandbox.clock.nowMs(),
      }),
    person: async (name) => new PersonClient({ baseUrl: sandbox.apiUrl, idToken: await idToken(name), fetch }),
    idToken,
    advance: async (durationMs) => {
      await sandbox.drain();
      sandbox.clock.advance(durationMs);
    },
    items,
    events: async () => (await items('ledger')).map(eventOf),
    fingerprint: async () => {
      await sandbox.drain();
      return { state: digestOf(await items('state')), ledger: digestOf(await items('ledger')) };
    },
    logs: () => readLogs(join(home, 'state/lambda/logs')),
    env: { COUNTERSIGN_HOME: home },
    close: async () => {
      await running.close();
      if (kept === undefined) rmSync(home, { recursive: true, force: true });
    },
  };
}

async function scan(sandbox: Sandbox, TableName: string): Promise<readonly RawItem[]> {
  // A client keeps the credentials it got; these end when a test moves the clock, so each scan has its own.
  const database = new DynamoDBClient({
    endpoint: sandbox.endpointUrl,
    region: sandbox.region,
    credentials: sandbox.credentialsFor('root'),
    systemClockOffset: sandbox.clock.nowMs() - Date.now(),
  });
  const found: RawItem[] = [];
  let start: RawItem | undefined;
  do {
    const from = start === undefined ? {} : { ExclusiveStartKey: start };
    const page = await database.send(new ScanCommand({ TableName, ConsistentRead: true, ...from }));
    found.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  database.destroy();
  return found.sort((left, right) => (keyText(left) < keyText(right) ? -1 : 1));
}

function eventOf(row: RawItem): LedgerEvent {
  const text = Buffer.from(ledgerItemBytes(row) ?? []).toString('utf8');
  return { ...JSON.parse(text), text };
}

function keyText(item: RawItem): string {
  return `${item['pk']?.S}\n${item['sk']?.S}`;
}

function digestOf(items: readonly RawItem[]): string {
  const hash = createHash('sha256').update(JSON.stringify(items, stableValue)).digest('hex');
  return `${items.length} items, ${hash}`;
}

/** Members in one order and bytes as text, so that equal items have equal text. */
function stableValue(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}

function readLogs(folder: string): string {
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('');
}
