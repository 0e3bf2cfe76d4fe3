import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closedEvent, decidedEvent, refusedEvent, requestedEvent, sealedEvent } from '../../core/approval/events.ts';
import type { ApprovalRequest } from '../../core/approval/request.ts';
import { sha256Hex } from '../../core/ledger/hash.ts';
import { AGENT_CHAIN, archiveOf, sampleChain } from '../core/ledger/sample-log.ts';
import type { AthenaFixture } from '../sandbox/athena/fixture.ts';
import { athenaFixture, runQuery } from '../sandbox/athena/fixture.ts';

const REQUEST: ApprovalRequest = {
  actionId: 'act_1',
  agentId: '111122223333:countersign-agent-teller',
  agentName: 'Teller',
  status: 'open',
  type: 'payment.send',
  tier: 3,
  resource: 'account/1',
  sessionId: 's',
  paramsJson: '{}',
  confidential: [],
  digest: 'd'.repeat(64),
  rules: [{ id: 'payments.two-people', text: 'text', frameworkRefs: ['AIR-SEC-024'] }],
  approvals: 2,
  managers: 1,
  createdAtMs: 0,
  expiresAtMs: Date.UTC(2026, 10, 21),
  linkKey: new Uint8Array(32),
};

const ANSWER = {
  decision: 'approve',
  subject: 'ann',
  aliases: [],
  approver: 'p1_ann',
  manager: true,
  reason: 'invoice seen',
  digest: REQUEST.digest,
  decidedAtMs: 0,
} as const;

const PAYLOAD = {
  v: '1',
  envelopeId: 'e1',
  actionId: 'act_1',
  actionDigest: REQUEST.digest,
  agentId: REQUEST.agentId,
  approver: 'p1_ann',
  manager: true,
  slot: 1,
  approvedAt: '2026-11-20T09:00:00.000Z',
  sealedAt: '2026-11-20T09:00:01.000Z',
  expiresAt: '2026-11-20T09:01:31.000Z',
} as const;

let athena: AthenaFixture;

beforeAll(async () => {
  athena = await athenaFixture();
  const drafts = [
    requestedEvent(REQUEST),
    refusedEvent(REQUEST, 'p1_owner', 'self_approval'),
    refusedEvent(REQUEST, 'p1_guest', 'not_an_approver'),
    decidedEvent(REQUEST, 1, ANSWER),
    sealedEvent(REQUEST, [
      { payload: PAYLOAD, envelope: { payload: 'cGF5', mac: 'bWFj', signature: 'c2ln' }, macRequestId: 'r1' },
    ]),
    closedEvent(REQUEST, 'cancelled', 'p1_bob'),
  ];
  for (const [key, bytes] of archiveOf([sampleChain(AGENT_CHAIN, drafts)])) await athena.put(key, bytes);
});

afterAll(() => athena.close());

describe('the approvals view', () => {
  test('reads every approval event as the approval flow writes it', async () => {
    const { rows } = await runQuery(athena, 'SELECT * FROM approvals ORDER BY seq');
    const common = { action_id: 'act_1', agent: REQUEST.agentId };
    expect(rows).toMatchObject([
      { ...common, step: 'approval.requested', approvals: '2', managers: '1', expires_at: '2026-11-21T00:00:00.000Z' },
      { ...common, step: 'approval.refused_self', person: 'p1_owner', code: 'self_approval' },
      { ...common, step: 'approval.refused_ineligible', person: 'p1_guest', code: 'not_an_approver' },
      {
        ...common,
        step: 'approval.decided',
        slot: '1',
        decision: 'approve',
        person: 'p1_ann',
        manager: 'true',
        reason_digest: sha256Hex('invoice seen'),
      },
      { ...common, step: 'approval.sealed' },
      { ...common, step: 'approval.closed', outcome: 'cancelled', person: 'p1_bob' },
    ]);
  });
});
