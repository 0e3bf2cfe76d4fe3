import { GenerateMacCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approveAndRedeem } from '../../cli/demo/people-decide.ts';
import { SERVICE_ROLE } from '../../cli/sandbox/registry.ts';
import { cli } from '../support/cli-run.ts';
import { balance, cardClosure, KNOWN_PAYEE, newPayeePayment, pending } from '../support/requests.ts';
import { openSandboxWorld, type RawItem, type SandboxWorld } from '../support/sandbox-world.ts';

let world: SandboxWorld;

beforeAll(async () => {
  world = await openSandboxWorld();
});
afterAll(async () => world?.close());

const second = 1_000;

/** Reconciles everything until now. */
async function reconcile() {
  // The window ends on a whole second, so what was just done has to be a second old.
  await world.advance(2 * second);
  return cli(world.env, 'reconcile', '--json');
}

const recorded = async () => (await world.events()).filter(({ type }) => type === 'control.reconciled').at(-1);

/** Makes a MAC with the envelope key and stolen credentials of a role. */
async function makeMac(roleName: string) {
  const client = new KMSClient({
    endpoint: world.sandbox.endpointUrl,
    region: world.sandbox.region,
    credentials: world.sandbox.credentialsFor(roleName),
    systemClockOffset: world.sandbox.clock.nowMs() - Date.now(),
  });
  try {
    const { $metadata } = await client.send(
      new GenerateMacCommand({
        KeyId: world.running.file.names.envelopeMacKeyId,
        MacAlgorithm: 'HMAC_SHA_256',
        Message: Buffer.from('a forged approval'),
      }),
    );
    return $metadata.requestId;
  } finally {
    client.destroy();
  }
}

/** Table, key and chain of the payments agent, for those who reach past the product. */
const chain = () => `agent/${world.agentId}`;
const headOf = async () =>
  (await world.items('state')).find(({ pk, sk }) => pk?.S === `AGENT#${world.agentId}` && sk?.S === 'HEAD');
const rowsOf = async () => (await world.items('ledger')).filter(({ pk }) => pk?.S === chain());

async function put(table: 'stateTable' | 'ledgerTable', Item: RawItem | undefined) {
  // Bytes travel as base64 in DynamoDB's JSON.
  const plain: unknown = JSON.parse(
    JSON.stringify(Item, (_key, value: unknown) =>
      ArrayBuffer.isView(value)
        ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
        : value,
    ),
  );
  await world.sandbox.dynamodb.tamper('PutItem', { TableName: world.running.file.names[table], Item: plain });
}

/** What a reconciliation finds when a row is taken out of the ledger, which gets it back afterwards. */
async function foundWithout(row: RawItem | undefined) {
  const TableName = world.running.file.names.ledgerTable;
  await world.sandbox.dynamodb.tamper('DeleteItem', { TableName, Key: { pk: row?.['pk'], sk: row?.['sk'] } });
  const run = await reconcile();
  await put('ledgerTable', row);
  return [run.exitCode, ...codesOf(run.json())];
}

function codesOf(reply: unknown): readonly string[] {
  const { result } = Object(reply);
  return [...new Set<string>(Object(result).findings.map(({ code }: { readonly code: string }) => code))];
}

describe('a reconciliation', () => {
  it('finds that everything agrees after decisions, approvals by one and by two people, and outcomes', async () => {
    const agent = world.agent();
    await agent.submit(balance(world));
    const paid = await agent.submit(newPayeePayment(world, { recipient: KNOWN_PAYEE, amount: 4 }));
    await agent.outcome(String(paid.body['actionId']), { result: 'succeeded' });
    const one = await approveAndRedeem(
      agent,
      [await world.person('ann')],
      await pending(agent, newPayeePayment(world)),
    );
    const service = world.agent(SERVICE_ROLE);
    const people = [await world.person('ann'), await world.person('mara')];
    const two = await approveAndRedeem(service, people, await pending(service, cardClosure()));
    expect([one.status, two.status]).toEqual([200, 200]);
    const run = await reconcile();
    expect(run.err).toBe('');
    expect(run.exitCode).toBe(0);
    expect(run.json()).toMatchObject({
      status: 'agrees',
      result: {
        counts: { envelopesSealed: 3, macsMade: 3, allows: 4, openActions: 3, settledActions: 1 },
        findingCount: 0,
      },
    });
    expect(await recorded()).toMatchObject({ chain: 'control', data: { result: { findingCount: 0 } } });
  });

  it('reports exactly the mac that was made outside the product, and records it', async () => {
    const requestId = await makeMac('countersign-approval-seal');
    const run = await reconcile();
    expect(run.exitCode).toBe(1);
    const finding = { code: 'unexplained_mac', requestId, got: 'none, called by the sealer' };
    expect(run.json()).toMatchObject({ status: 'differs', result: { findingCount: 1, findings: [finding] } });
    expect((await recorded())?.data).toMatchObject({ result: { findings: [finding] } });
    expect(world.logs()).toContain('"ReconciliationMismatch":1');
  });

  it('does not count a mac that kms refused to make', async () => {
    await expect(makeMac('root')).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect((await reconcile()).json()).toMatchObject({ status: 'agrees' });
  });

  it('names the gap when an event was dropped', async () => {
    for (let call = 0; call < 3; call += 1) await world.agent().submit(balance(world));
    await world.sandbox.drain();
    expect(await foundWithout((await rowsOf()).at(-2))).toEqual([1, 'action_without_allow', 'chain_gap']);
  });

  it('names head and log when the last event was dropped', async () => {
    await world.agent().submit(balance(world));
    await world.sandbox.drain();
    expect(await foundWithout((await rowsOf()).at(-1))).toEqual([1, 'head_ahead', 'log_ahead']);
  });

  it('names the head when it was set back', async () => {
    const stale = await headOf();
    await world.agent().submit(balance(world));
    await world.sandbox.drain();
    const current = await headOf();
    await put('stateTable', stale);
    const run = await reconcile();
    await put('stateTable', current);
    expect([run.exitCode, ...codesOf(run.json())]).toEqual([1, 'head_behind']);
  });

  it('agrees again once what was taken is back', async () => {
    expect((await reconcile()).json()).toMatchObject({ status: 'agrees' });
  });

  it('may be asked for by an auditor and by nobody else', async () => {
    const run = await cli(world.env, 'reconcile', '--as', 'countersign-registry-operator');
    expect(run.exitCode).toBe(2);
  });

  it('runs by itself every day', async () => {
    const before = (await world.events()).length;
    await world.advance(86_400 * second);
    await world.sandbox.drain();
    expect((await world.events()).length).toBeGreaterThan(before);
    expect(await recorded()).toMatchObject({ data: { result: { findingCount: 0 } } });
  });
});
