import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { KEY_CHANGE_TYPE, keyResource } from '../../../core/records/record-key-change.ts';
import { givenRedeemedAct } from '../../support/activation.ts';
import { apiEvent } from '../../support/api-event.ts';
import { type GateFixture, givenGate } from '../../support/gate.ts';

const wired = vi.hoisted((): { gate: unknown } => ({ gate: undefined }));
vi.mock('../../../lambdas/shared/wiring.ts', () => ({ coreDeps: () => wired.gate }));
const one = [{ generation: 1, standing: 'active', keyId: 'key-1' }];
process.env['KEY_GENERATIONS'] = JSON.stringify({
  'envelope-mac': one,
  'envelope-signing': one,
  log: one,
  receipts: [
    { ...one[0], standing: 'retired' },
    { generation: 2, standing: 'active', keyId: 'key-2' },
  ],
});
process.env['AWS_REGION'] = 'eu-west-1';
const { handler } = await import('../../../lambdas/record-key-change/handler.ts');

const kms = mockClient(KMSClient);
let gate: GateFixture;
beforeEach(() => {
  gate = givenGate();
  wired.gate = gate;
  kms.reset();
  kms.on(GetPublicKeyCommand).resolves({ PublicKey: Uint8Array.of(1, 2, 3) });
});

async function post(params: {
  readonly purpose: 'receipts' | 'envelope-mac';
  readonly step: string;
  readonly generation: number;
}) {
  const actionId = await givenRedeemedAct(gate, {
    type: KEY_CHANGE_TYPE,
    resource: keyResource(params.purpose),
    params,
  });
  // middy reads nothing of the context here.
  const reply = await handler(apiEvent({ path: '/keys/changes', body: { actionId, ...params } }), {} as Context);
  return { status: reply.statusCode, body: JSON.parse(reply.body) };
}

describe('record-key-change', () => {
  it('answers 200 when the change is deployed and approved, with the public half from kms', async () => {
    expect(await post({ purpose: 'receipts', step: 'introduce', generation: 2 })).toEqual({
      status: 200,
      body: { changed: true, seq: 0 },
    });
    expect(kms.calls().map((call) => call.args[0].input)).toEqual([{ KeyId: 'key-2' }]);
  });

  it('asks kms for no public half of a key that makes macs', async () => {
    expect(await post({ purpose: 'envelope-mac', step: 'introduce', generation: 1 })).toMatchObject({ status: 200 });
    expect(kms.calls()).toEqual([]);
  });

  it('answers 409 when the change is not deployed', async () => {
    expect(await post({ purpose: 'receipts', step: 'retire', generation: 2 })).toMatchObject({
      status: 409,
      body: { code: 'key_not_deployed_so' },
    });
  });

  it('answers 400 when the purpose is none', async () => {
    const body = { actionId: 'act_1', purpose: 'pepper', step: 'retire', generation: 1 };
    const reply = await handler(apiEvent({ path: '/keys/changes', body }), {} as Context);
    expect(reply.statusCode).toBe(400);
  });
});
