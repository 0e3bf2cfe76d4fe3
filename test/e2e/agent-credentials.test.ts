import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVICE_ROLE } from '../../cli/sandbox/registry.ts';
import { type Attempt, attemptsAs } from '../support/aws-attempts.ts';
import { balance, gist, newPayeePayment, pending, taskTokenOf } from '../support/requests.ts';
import { openSandboxWorld, type SandboxWorld } from '../support/sandbox-world.ts';

let world: SandboxWorld;
let taskToken: string;

beforeAll(async () => {
  world = await openSandboxWorld();
  const actionId = await pending(world.agent(), newPayeePayment(world));
  taskToken = await taskTokenOf(world, actionId);
});
afterAll(async () => world?.close());

const PAYMENTS = 'countersign-agent-payments';
const AUDITOR = 'countersign-auditor';
const OPERATOR = 'countersign-registry-operator';

/** What AWS calls the error; SNS has a name of its own. */
const nameFor = ({ action }: Attempt) => {
  if (action.startsWith('s3:')) return 'AccessDenied';
  return action.startsWith('sns:') ? 'AuthorizationErrorException' : 'AccessDeniedException';
};

async function outcomeOf({ make }: Attempt): Promise<{ name: string; message: string; status: unknown }> {
  try {
    await make();
    return { name: 'allowed', message: '', status: 200 };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const metadata: unknown = Reflect.get(error, '$metadata');
    const status: unknown =
      typeof metadata === 'object' && metadata !== null ? Reflect.get(metadata, 'httpStatusCode') : 0;
    return { name: error.name, message: error.message, status };
  }
}

async function allowedTo(roleName: string): Promise<readonly string[]> {
  const allowed: string[] = [];
  for (const attempt of attemptsAs(world, roleName, taskToken)) {
    const { name } = await outcomeOf(attempt);
    if (name !== nameFor(attempt)) allowed.push(`${attempt.what}: ${name}`);
  }
  return allowed;
}

describe("the agent's own credentials", () => {
  it('are denied by every service but the API, in the words of AWS, and leave no trace', async () => {
    const before = await world.fingerprint();
    const messages: string[] = [];
    for (const attempt of attemptsAs(world, PAYMENTS, taskToken)) {
      const { name, message, status } = await outcomeOf(attempt);
      expect(`${attempt.what}: ${name}`).toBe(`${attempt.what}: ${nameFor(attempt)}`);
      expect([400, 403]).toContain(status);
      expect(message.toLowerCase()).toContain(
        `is not authorized to perform: ${attempt.action.toLowerCase()} on resource: arn:aws:`,
      );
      expect(message).toMatch(/^User: arn:aws:sts::111122223333:assumed-role\/countersign-agent-payments\/\S+ is not/);
      expect(message).toMatch(
        / (because no (identity|resource)-based policy allows the \S+ action|with an explicit deny .*)$/,
      );
      messages.push(message);
    }
    expect(messages.length).toBeGreaterThan(25);
    expect(await world.fingerprint()).toEqual(before);
  });

  it('say who they are to STS, and assume no other role', async () => {
    const who = await sts(PAYMENTS, 'Action=GetCallerIdentity&Version=2011-06-15');
    expect(who.status).toBe(200);
    expect(who.text).toMatch(/<Arn>arn:aws:sts::111122223333:assumed-role\/countersign-agent-payments\/[^<]+<\/Arn>/);
    for (const role of [SERVICE_ROLE, OPERATOR, AUDITOR, 'countersign-approval-seal']) {
      const target = encodeURIComponent(`arn:aws:iam::111122223333:role/${role}`);
      const form = `Action=AssumeRole&Version=2011-06-15&RoleArn=${target}&RoleSessionName=session`;
      const { status, text } = await sts(PAYMENTS, form);
      expect(status).toBe(403);
      expect(text).toContain('<Code>AccessDenied</Code>');
      expect(text).toContain(
        `is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/${role}`,
      );
    }
  });
});

describe('other roles', () => {
  it('let auditors read the ledger and its archive, query them, and write nothing', async () => {
    const allowed = await allowedTo(AUDITOR);
    expect(allowed).toEqual([
      's3:GetObject: NoSuchKey',
      's3:ListBucket: allowed',
      'athena:StartQueryExecution: allowed',
    ]);
  });

  it('let a registry operator invoke the loader and nothing else', async () => {
    expect(await allowedTo(OPERATOR)).toEqual(['lambda:InvokeFunction (load-registry): allowed']);
    const lambda = new LambdaClient({
      endpoint: world.sandbox.endpointUrl,
      region: world.sandbox.region,
      credentials: world.sandbox.credentialsFor(OPERATOR),
    });
    const before = await world.fingerprint();
    const reply = await lambda.send(
      new InvokeCommand({ FunctionName: 'countersign-load-registry', Payload: JSON.stringify({ agents: 'all' }) }),
    );
    lambda.destroy();
    expect(reply.FunctionError).toBe('Unhandled');
    expect(JSON.parse(new TextDecoder().decode(reply.Payload))).toMatchObject({ errorType: 'InvalidInput' });
    expect(await world.fingerprint()).toEqual(before);
  });

  it.each([AUDITOR, OPERATOR])('let %s call no route of the agents', async (role) => {
    expect(gist(await world.agent(role).submit(balance(world)))).toBe('403 forbidden');
    expect(gist(await world.agent(role).tools())).toBe('403 forbidden');
  });
});

/** SHA-256 as the signer wants it. */
class Sha256 {
  readonly #digest: Hash | Hmac;

  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    const bytes = ArrayBuffer.isView(key) ? Buffer.from(key.buffer, key.byteOffset, key.byteLength) : key;
    this.#digest =
      bytes === undefined
        ? createHash('sha256')
        : createHmac('sha256', bytes instanceof ArrayBuffer ? Buffer.from(bytes) : bytes);
  }

  update(data: Uint8Array): void {
    this.#digest.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#digest.digest();
  }

  reset(): void {
    throw new Error('expected a digest to be used once');
  }
}

async function sts(roleName: string, body: string): Promise<{ status: number; text: string }> {
  const { hostname, port, host, protocol } = new URL(world.sandbox.endpointUrl);
  const credentials = world.sandbox.credentialsFor(roleName);
  const signer = new SignatureV4({ credentials, region: world.sandbox.region, service: 'sts', sha256: Sha256 });
  const signed = await signer.sign({
    method: 'POST',
    protocol,
    hostname,
    port: Number(port),
    path: '/',
    headers: { host, 'content-type': 'application/x-www-form-urlencoded' },
    body,
  });
  const { host: _setByFetch, ...headers } = signed.headers;
  const reply = await fetch(world.sandbox.endpointUrl, { method: 'POST', headers, body });
  return { status: reply.status, text: await reply.text() };
}
