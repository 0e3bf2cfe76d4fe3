import { describe, expect, it } from 'vitest';
import { approveCommand, rejectCommand } from '../../cli/approve.ts';
import { controlIo } from './control-io.ts';

const DIGEST = 'd'.repeat(64);

describe('approve', () => {
  it('decides about exactly what it was shown', async () => {
    const { io, out, sent } = controlIo(200, { digest: DIGEST });
    expect(await approveCommand(['act_1', '--reason', 'bill checked'], io)).toBe(0);
    expect(sent.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['GET', 'https://gate.example/v1/approval-requests/act_1', undefined],
      [
        'POST',
        'https://gate.example/v1/approval-requests/act_1/decision',
        { decision: 'approve', reason: 'bill checked', digest: DIGEST },
      ],
    ]);
    expect(out).toEqual(['approved act_1\n']);
  });

  it('rejects when it is called reject', async () => {
    const { io, out, sent } = controlIo(200, { digest: DIGEST });
    expect(await rejectCommand(['act_1', '--reason', 'never ordered', '--json'], io)).toBe(0);
    expect(sent[1]?.body).toMatchObject({ decision: 'reject' });
    expect(out).toEqual([`${JSON.stringify({ digest: DIGEST })}\n`]);
  });

  it.each([
    [401, 2],
    [403, 2],
    [404, 3],
    [500, 1],
  ])('decides nothing when status %d answers its look at the request', async (status, exitCode) => {
    const { io, out, sent } = controlIo(status, { code: 'some_code', detail: 'some detail' });
    expect(await approveCommand(['act_1', '--reason', 'fine'], io)).toBe(exitCode);
    expect(sent).toHaveLength(1);
    expect(out).toEqual(['some_code: some detail\n']);
  });

  it('prints the refusal as one JSON value when asked', async () => {
    const body = { code: 'request_not_found', detail: 'there is none' };
    const { io, out } = controlIo(404, body);
    expect(await approveCommand(['act_1', '--reason', 'fine', '--json'], io)).toBe(3);
    expect(out).toEqual([`${JSON.stringify(body)}\n`]);
  });
});

describe('approve --list', () => {
  const line = {
    id: 'act_1',
    type: 'payment.send',
    agent: { id: 'a', name: 'Payments assistant' },
    expiresAt: '2026-11-20T10:00:00.000Z',
    page: '/approvals/act_1?mac=m',
  };

  it('shows what waits and the page to open', async () => {
    const { io, out } = controlIo(200, { requests: [line] });
    expect(await approveCommand(['--list'], io)).toBe(0);
    expect(out.join('')).toBe(
      'act_1  payment.send  asked by Payments assistant, until 2026-11-20T10:00:00.000Z\n' +
        '  https://gate.example/v1/approvals/act_1?mac=m\n',
    );
  });

  it('says that nothing waits only when it was told so', async () => {
    const none = controlIo(200, { requests: [] });
    expect(await approveCommand(['--list'], none.io)).toBe(0);
    expect(none.out).toEqual(['nothing is waiting\n']);
    const refused = controlIo(401, { code: 'unauthenticated', title: 'sign in first' });
    expect(await approveCommand(['--list'], refused.io)).toBe(2);
    expect(refused.out).toEqual(['unauthenticated: sign in first\n']);
  });
});
