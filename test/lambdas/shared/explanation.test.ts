import { describe, expect, it } from 'vitest';
import { redeemAction } from '../../../core/gate/redeem.ts';
import { submitAction } from '../../../core/gate/submit.ts';
import type { JsonObject } from '../../../core/json.ts';
import { encodeAgentStop } from '../../../core/risk/stops.ts';
import { redeemRefusal } from '../../../lambdas/redeem-action/refusals.ts';
import { decisionReply } from '../../../lambdas/shared/action-reply.ts';
import { AGENT_ID } from '../../support/api-event.ts';
import { givenApproved, newPayeePayment, sealedEnvelope } from '../../support/approved-action.ts';
import type { GateFixture } from '../../support/gate.ts';
import { actionRequest, givenGate } from '../../support/gate.ts';

const ONE_PERSON = { approvals: 1, managers: 0, verdict: 'allow' };
const HALT = { fact: 'agent.halted', direction: 'becomes_false' };

async function reply(gate: GateFixture, request = actionRequest()): Promise<{ status: number; body: JsonObject }> {
  const submitted = await submitAction(gate, AGENT_ID, request);
  if (!submitted.ok) throw new Error(submitted.problem.code);
  const { statusCode, body } = decisionReply(submitted.value.record);
  return { status: statusCode, body: JSON.parse(body) };
}

function halt(gate: GateFixture): void {
  const by = { byPseudonym: 'p1_x', atMs: 1, reason: 'odd' };
  gate.store.set({ entity: 'agentStop', agentId: AGENT_ID }, encodeAgentStop({ version: 1, halted: true, ...by }));
}

describe('the explanation in a reply', () => {
  it('says what approvals would make of a waiting action, and says it again when repeated', async () => {
    const gate = givenGate();
    const request = newPayeePayment();
    const { status, body } = await reply(gate, request);

    expect(status).toBe(202);
    expect(body['explanation']).toMatchObject({ approvals: expect.arrayContaining([ONE_PERSON]) });
    expect((await reply(gate, request)).body['explanation']).toEqual(body['explanation']);
  });

  it('is in the problem of a denial', async () => {
    const gate = givenGate();
    halt(gate);
    const { status, body } = await reply(gate);

    expect(status).toBe(403);
    expect(body).toMatchObject({
      code: 'action_denied',
      explanation: { oneFactAway: [{ ...HALT, verdict: 'allow' }] },
    });
  });

  it('is not in an allow', async () => {
    const { status, body } = await reply(givenGate());

    expect(status).toBe(200);
    expect(body).not.toHaveProperty('explanation');
  });

  it('is in a denial at redemption, and gone once redeemed', async () => {
    const gate = givenGate();
    const record = await givenApproved(gate);
    halt(gate);
    const refused = await redeemAction(gate, AGENT_ID, record.actionId, [sealedEnvelope(gate, record)]);
    if (refused.ok) throw new Error('expected a refusal');
    expect(JSON.parse(redeemRefusal(refused.problem, {}).body)).toMatchObject({ explanation: { oneFactAway: [HALT] } });

    gate.store.set(
      { entity: 'agentStop', agentId: AGENT_ID },
      encodeAgentStop({ version: 2, halted: false, byPseudonym: 'p1_x', atMs: 2, reason: 'over' }),
    );
    const redeemed = await redeemAction(gate, AGENT_ID, record.actionId, [sealedEnvelope(gate, record)]);
    expect(redeemed.ok && redeemed.value.record.explanationJson).toBeUndefined();
  });
});
