import { describe, expect, it } from 'vitest';
import type { ApprovalRequest } from '../../../core/approval/request.ts';
import { decodeRequest, encodeRequest, ended, isExpired, slotNumbers } from '../../../core/approval/request.ts';
import { decodeSlots } from '../../../core/approval/slot.ts';
import { requestLine, requestView } from '../../../core/approval/view.ts';
import { CorruptState } from '../../../core/state/stored.ts';
import { TEST_NOW_MS } from '../../support/deps.ts';
import { amy, bob } from './scene.ts';

const request: ApprovalRequest = {
  actionId: 'act_1',
  agentId: '1:a',
  agentName: 'Pay\u202ements',
  status: 'open',
  type: 'payment.send',
  tier: 3,
  resource: 'account/DE89',
  sessionId: 's-1',
  paramsJson: '{"memo":"a\\u200bb"}',
  confidential: [],
  digest: 'd'.repeat(64),
  rules: [{ id: 'HA-05', text: 'Two people approve.', frameworkRefs: ['AIR-SEC-024'] }],
  approvals: 2,
  managers: 1,
  createdAtMs: TEST_NOW_MS,
  expiresAtMs: TEST_NOW_MS + 1_000,
  linkKey: new Uint8Array(32).fill(1),
};

describe('encodeRequest', () => {
  it('is undone by decoding, with and without the time people were told', () => {
    expect(decodeRequest(encodeRequest(request))).toEqual(request);
    const told = { ...request, notifiedAtMs: TEST_NOW_MS };
    expect(decodeRequest(encodeRequest(told))).toEqual(told);
  });

  it('is listed among the open ones only while it is open', () => {
    expect(encodeRequest(request)).toMatchObject({ openPk: 'OPEN', openSk: '2026-11-20T09:00:00.000Z#act_1' });
    expect(encodeRequest(ended(request, 'sealed'))).not.toHaveProperty('openPk');
  });

  it('cannot be read when it is corrupt', () => {
    expect(() => decodeRequest({ ...encodeRequest(request), linkKey: 'text' })).toThrow(CorruptState);
    expect(() => decodeSlots([{ decision: 'approve' }])).toThrow(CorruptState);
  });
});

describe('ended', () => {
  it.each(['sealed', 'refused', 'timed_out', 'cancelled', 'failed'] as const)('is final when it is %s', (status) => {
    const over = ended(request, status);
    expect(() => ended(over, 'failed')).toThrow(`got \`${status}\``);
  });
});

describe('isExpired', () => {
  it('holds from the deadline on', () => {
    expect([999, 1_000, 1_001].map((offset) => isExpired(request, TEST_NOW_MS + offset))).toEqual([false, true, true]);
  });
});

describe('slotNumbers', () => {
  it('counts from one', () => {
    expect(slotNumbers(request)).toEqual([1, 2]);
    expect(slotNumbers({ approvals: 1 })).toEqual([1]);
  });
});

describe('requestView', () => {
  const slots = decodeSlots([
    {
      decision: 'approve',
      subject: 'sub-amy',
      aliases: ['amy\u200b', 'amy@bank.example'],
      approver: 'p1_x',
      manager: false,
      reason: 'fine\u202e',
      digest: request.digest,
      decidedAtMs: TEST_NOW_MS,
      taskToken: 'secret-token',
    },
    undefined,
  ]);

  it('renders everything that came from outside visible', () => {
    const view = requestView(request, slots, amy, TEST_NOW_MS);
    expect(view).toMatchObject({
      status: 'open',
      agent: { name: 'Pay⟨U+202E⟩ments' },
      action: { parameters: [{ path: 'memo', text: 'a⟨U+200B⟩b', hints: ['hidden_characters'] }] },
      answers: [{ slot: 1, isYours: true, by: 'amy⟨U+200B⟩', reason: 'fine⟨U+202E⟩', manager: false }],
      rules: request.rules,
    });
  });

  it('says which answer is not the viewer’s own', () => {
    expect(requestView(request, slots, bob, TEST_NOW_MS).answers).toMatchObject([{ isYours: false }]);
  });

  it('shows neither tokens, link keys nor subjects', () => {
    const shown = JSON.stringify([requestView(request, slots, amy, TEST_NOW_MS), requestLine(request)]);
    for (const secret of ['secret-token', 'linkKey', 'sub-amy', 'p1_x']) expect(shown).not.toContain(secret);
  });

  it('shows an open request whose time is over as timed out', () => {
    expect(requestView(request, [], amy, TEST_NOW_MS + 1_000).status).toBe('timed_out');
    expect(requestView(ended(request, 'sealed'), [], amy, TEST_NOW_MS + 1_000).status).toBe('sealed');
  });
});

describe('confidential parameters', () => {
  it('are withheld from people while everything else is shown', () => {
    const secret = { ...request, paramsJson: '{"password":"hunter2","user":"u"}', confidential: ['/password'] };
    const shown = JSON.stringify(requestView(secret, [], { subject: 's' }, request.createdAtMs));
    expect(shown).not.toContain('hunter2');
    expect(shown).toContain('[withheld]');
  });
});
