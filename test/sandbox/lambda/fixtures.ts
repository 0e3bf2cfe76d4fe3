import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Assembly,
  type AwsCall,
  AwsError,
  type Caller,
  type MovableClock,
  type Resource,
  type RoleCredentials,
  type SandboxContext,
} from '../../../sandbox/contract.ts';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';

/** A clock that moves only when told to. */
export class ManualClock implements MovableClock {
  #nowMs: number;
  readonly #timers = new Set<{ readonly atMs: number; readonly run: () => void }>();

  constructor(nowMs = Date.UTC(2026, 0, 5, 9, 0, 0)) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  advance(durationMs: number): void {
    const untilMs = this.#nowMs + durationMs;
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.run();
    }
    this.#nowMs = untilMs;
  }

  at(atMs: number, run: () => void): () => void {
    const timer = { atMs, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  get pending(): number {
    return this.#timers.size;
  }
}

/** A resource of stack `Test`; its `ref` is the logical id where none is given. */
export function resource(
  type: string,
  logicalId: string,
  properties: Resource['properties'],
  extra: { readonly ref?: string; readonly arn?: string; readonly attributes?: Resource['attributes'] } = {},
): Resource {
  const arn = extra.arn ?? `arn:aws:test:${REGION}:${ACCOUNT}:${logicalId}`;
  return { stack: 'Test', type, logicalId, properties, ref: logicalId, attributes: {}, ...extra, arn };
}

export function assemblyOf(resources: readonly Resource[], assets: { readonly [key: string]: string } = {}): Assembly {
  return {
    accountId: ACCOUNT,
    region: REGION,
    resources,
    byType: (type) => resources.filter((entry) => entry.type === type),
    assetPath: (key) => assets[key] ?? key,
  };
}

export interface TestContext extends SandboxContext {
  readonly clock: ManualClock;
  /** Every authorization asked for, as `<role or service> <action> <resource>`. */
  readonly asked: string[];
  /** Actions that are refused. */
  readonly refused: Set<string>;
}

/** A context whose authorizer allows all but `refused` and writes down what it is asked. */
export function contextOf(assembly: Assembly, stateDir: string, clock = new ManualClock()): TestContext {
  const asked: string[] = [];
  const refused = new Set<string>();
  let issued = 0;
  const known = new Map<string, RoleCredentials>();
  return {
    assembly,
    clock,
    stateDir,
    asked,
    refused,
    authorizer: {
      authorize(caller, action, resourceArn): void {
        asked.push(`${caller.roleArn ?? caller.arn} ${action} ${resourceArn}`);
        if (refused.has(action)) {
          throw new AwsError(
            'AccessDeniedException',
            400,
            `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resourceArn}`,
          );
        }
      },
    },
    vault: {
      issue(roleArn, sessionName, ttlSeconds = 3600): RoleCredentials {
        issued += 1;
        const credentials = {
          accessKeyId: `ASIATEST${issued}`,
          secretAccessKey: 'test',
          sessionToken: 'test',
          expiresAtMs: clock.nowMs() + ttlSeconds * 1000,
          caller: callerOf(roleArn, sessionName),
        };
        known.set(credentials.accessKeyId, credentials);
        return credentials;
      },
      byAccessKeyId: (accessKeyId) => known.get(accessKeyId),
    },
    endpointUrl: () => 'http://127.0.0.1:1',
    call: async () => {
      throw new AwsError('UnknownService', 404, 'no other service in this test');
    },
  };
}

export function roleArn(name: string): string {
  return `arn:aws:iam::${ACCOUNT}:role/${name}`;
}

export function callerOf(role: string, session = 'test'): Caller {
  const name = role.slice(role.lastIndexOf('/') + 1);
  return { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/${session}`, roleArn: role, accountId: ACCOUNT };
}

/** A temporary folder; `remove` deletes it. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'countersign-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A function resource whose code asset holds `source` as index.mjs; the folder is the asset's key. */
export function functionResource(
  folder: string,
  name: string,
  source: string,
  properties: Resource['properties'] = {},
): Resource {
  const asset = join(folder, `asset-${name}`);
  mkdirSync(asset, { recursive: true });
  writeFileSync(join(asset, 'index.mjs'), source);
  return resource(
    'AWS::Lambda::Function',
    name,
    {
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Role: roleArn(`${name}-role`),
      Code: { S3Key: asset },
      FunctionName: name,
      ...properties,
    },
    { ref: name, arn: functionArn(name) },
  );
}

export function functionArn(name: string): string {
  return `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`;
}

/** A signed call to a JSON-RPC service. */
export function rpcCall(
  service: string,
  operation: string,
  input: unknown,
  caller = callerOf(roleArn('operator')),
): AwsCall {
  return {
    service,
    operation,
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: {},
    body: Buffer.from(JSON.stringify(input)),
    caller,
  };
}
