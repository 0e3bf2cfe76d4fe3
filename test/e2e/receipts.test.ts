import { KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEd25519PublicKey } from '../../aws/kms-public-key.ts';
import { isJsonObject } from '../../core/json.ts';
import { leafHash } from '../../core/ledger/hash.ts';
import { EPOCHS_CHAIN } from '../../core/ledger/receipt/epoch.ts';
import { verifyReceiptOffline } from '../../core/ledger/receipt/verify-receipt.ts';
import type { AgentClient, GateReply } from '../../sdk/agent-client.ts';
import { balance, gist } from '../support/requests.ts';
import { openSandboxWorld, type SandboxWorld } from '../support/sandbox-world.ts';

const ORIGIN = 'sandbox.countersign.example/log';

let world: SandboxWorld;
let agent: AgentClient;
let certificationKey: Uint8Array;

beforeAll(async () => {
  world = await openSandboxWorld();
  agent = world.agent();
  const { sandbox, running } = world;
  const credentials = sandbox.credentialsFor('root');
  const kms = new KMSClient({ endpoint: sandbox.endpointUrl, region: sandbox.region, credentials });
  certificationKey = await readEd25519PublicKey(kms, running.file.names.receiptKeyId);
});
afterAll(async () => world?.close());

/** What the receipt in a reply says, checked with nothing but the certification key. */
function verified({ body }: GateReply) {
  const text = JSON.stringify(body['receipt'] ?? body);
  const checked = verifyReceiptOffline(text, { certificationKeys: [certificationKey], logOrigin: ORIGIN });
  if (!checked.ok) throw new Error(`expected a receipt that holds, got ${JSON.stringify(checked.problem)} in ${text}`);
  return checked.value;
}

describe('a receipt', () => {
  it('is of the event that was recorded when an action is allowed, denied or settled', async () => {
    const allowed = await agent.submit(balance(world));
    expect(gist(allowed)).toBe('200 allowed');
    const receipt = verified(allowed);
    expect(receipt.event).toMatchObject({ type: 'action.decided', data: { actionId: allowed.body['actionId'] } });
    expect(allowed.body['ledger']).toMatchObject({ hash: receipt.hash, id: receipt.event.id });
    expect(receipt.epoch.certificate.issuedTo).toBe('countersign-submit-action');

    const denied = await agent.submit({ ...balance(world), resource: 'account/DE00000000000000000000' });
    expect(verified(denied).event.data).toMatchObject({ verdict: 'deny' });

    const settled = await agent.outcome(String(allowed.body['actionId']), { result: 'succeeded' });
    expect(verified(settled).event).toMatchObject({ type: 'action.outcome', data: { result: 'succeeded' } });
  });

  it('rests on a certificate in the ledger, one for each function that gave one', async () => {
    const hashes = (await world.events())
      .filter(({ chain, type }) => chain === EPOCHS_CHAIN && type === 'epoch.certified')
      .map(({ data }) => (isJsonObject(data['certificate']) ? data['certificate']['issuedTo'] : undefined));
    expect(hashes.sort()).toEqual(['countersign-report-outcome', 'countersign-submit-action']);
  });

  it('comes once: a repeated request is told that it was recorded before', async () => {
    const action = balance(world);
    const first = await agent.submit(action);
    const again = await agent.submit(action);
    expect(leafHash(verified(first).entry)).toBe(Object(again.body['ledger']).hash);
    expect(again.body).toMatchObject({ receiptUnavailable: 'recorded_before' });
    expect(again.body).not.toHaveProperty('receipt');
  });

  it('is signed under a new key when a function stood still for longer than its epoch', async () => {
    const before = verified(await agent.submit(balance(world))).epoch.certificate.epochId;
    await world.advance(16 * 60_000);
    const after = verified(await agent.submit(balance(world))).epoch.certificate.epochId;
    expect(after).not.toBe(before);
    await world.sandbox.drain();
    expect((await world.events()).filter(({ type }) => type === 'epoch.retired')).toHaveLength(1);
  });
});
