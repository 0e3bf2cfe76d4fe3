import { describe, expect, it } from 'vitest';
import { submitCommand } from '../../cli/submit.ts';
import { controlIo } from './control-io.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'session' };
const ARGV = ['payment.send', '--resource', 'account/1', '--params', '{"amount":4}', '--key', 'k1', '--session', 's1'];

describe('submit', () => {
  it('asks about exactly what it was given', async () => {
    const { io, out, sent } = controlIo(200, { actionId: 'act_1', status: 'allowed' }, KEYS);
    expect(await submitCommand(ARGV, io)).toBe(0);
    expect(sent[0]).toMatchObject({
      url: 'https://gate.example/v1/actions',
      method: 'POST',
      body: {
        type: 'payment.send',
        params: { amount: 4 },
        resource: 'account/1',
        sessionId: 's1',
        idempotencyKey: 'k1',
      },
    });
    expect(out).toEqual(['200 allowed  act_1\n']);
  });

  it('chooses another key for every call that names none', async () => {
    const { io, sent } = controlIo(200, {}, KEYS);
    await submitCommand(['a.b', '--resource', 'account/1'], io);
    await submitCommand(['a.b', '--resource', 'account/1'], io);
    const keys = sent.map(({ body }) => Reflect.get(Object(body), 'idempotencyKey'));
    expect(new Set(keys).size).toBe(2);
  });

  it.each([
    [202, 2],
    [400, 3],
    [403, 2],
    [409, 3],
    [500, 1],
  ])('ends on status %d with exit code %d and one JSON value', async (status, exitCode) => {
    const { io, out } = controlIo(status, { code: 'some_code' }, KEYS);
    expect(await submitCommand([...ARGV, '--json'], io)).toBe(exitCode);
    expect(out).toEqual(['{"code":"some_code"}\n']);
  });

  it('says what the gateway in front of the functions said', async () => {
    const { io, out } = controlIo(403, { code: 'forbidden', title: 'this caller may not do this', status: 403 }, KEYS);
    await submitCommand(ARGV, io);
    expect(out).toEqual(['403 forbidden\n  this caller may not do this\n']);
  });

  it('quotes the rules that deny', async () => {
    const rules = [{ id: 'CS-PAY-T2-008', text: 'A payment may not exceed the balance.' }];
    const { io, out } = controlIo(403, { code: 'action_denied', detail: 'both', rules }, KEYS);
    await submitCommand(ARGV, io);
    expect(out).toEqual(['403 action_denied\n  CS-PAY-T2-008  “A payment may not exceed the balance.”\n']);
  });
});
