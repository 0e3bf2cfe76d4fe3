import { describe, expect, it } from 'vitest';
import { redeemCommand, statusCommand } from '../../cli/status.ts';
import { controlIo } from './control-io.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };

describe('status', () => {
  it('signs its request and shows where the action stands', async () => {
    const approval = { approvals: 2, managers: 1, expiresAt: '2026-11-20T10:00:00.000Z' };
    const ledger = { chain: 'agent/a', seq: 7, hash: 'h' };
    const { io, out, sent } = controlIo(200, { actionId: 'act_1', status: 'pending_approval', approval, ledger }, KEYS);
    expect(await statusCommand(['act_1'], io)).toBe(0);
    expect(sent[0]).toMatchObject({ url: 'https://gate.example/v1/actions/act_1', method: 'GET' });
    expect(sent[0]?.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE\/\d{8}\/eu-west-1\/execute-api/);
    expect(out.join('')).toBe(
      '200 pending_approval  act_1\n' +
        '  waits for 2 person(s), 1 of them a manager until 2026-11-20T10:00:00.000Z\n' +
        '  recorded as agent/a #7\n',
    );
  });

  it.each([
    [403, 2],
    [404, 3],
    [500, 1],
  ])('ends on status %d with exit code %d', async (status, exitCode) => {
    const { io, out } = controlIo(status, { code: 'some_code', detail: 'some detail' }, KEYS);
    expect(await statusCommand(['act_1'], io)).toBe(exitCode);
    expect(out.join('')).toBe(`${status} some_code\n  some detail\n`);
  });
});

describe('redeem', () => {
  const envelopes = [{ payload: 'e30', mac: 'e30', signature: 'e30' }];

  it('presents the envelopes that the action came with', async () => {
    const { io, sent } = controlIo(200, { actionId: 'act_1', status: 'approved', envelopes }, KEYS);
    expect(await redeemCommand(['act_1', '--json'], io)).toBe(0);
    expect(sent.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET https://gate.example/v1/actions/act_1',
      'POST https://gate.example/v1/actions/act_1/redeem',
    ]);
    expect(sent[1]?.body).toEqual({ envelopes });
  });

  it('is denied, and asks for nothing, while people have not decided', async () => {
    const body = { actionId: 'act_1', status: 'pending_approval' };
    const { io, out, sent } = controlIo(200, body, KEYS);
    expect(await redeemCommand(['act_1'], io)).toBe(2);
    expect(sent).toHaveLength(1);
    expect(out.join('')).toBe('expected an approved action, got\n200 pending_approval  act_1\n');
    const asJson = controlIo(200, body, KEYS);
    expect(await redeemCommand(['act_1', '--json'], asJson.io)).toBe(2);
    expect(asJson.out).toEqual([`${JSON.stringify(body)}\n`]);
  });

  it('is bad input for an action there is not', async () => {
    const { io } = controlIo(404, { code: 'action_not_found', detail: 'there is none' }, KEYS);
    expect(await redeemCommand(['act_1'], io)).toBe(3);
  });
});
