import { describe, expect, it } from 'vitest';
import type { ActionRecord, ActionStatus } from '../../../core/gate/action-record.ts';
import { submitAction } from '../../../core/gate/submit.ts';
import { decisionReply } from '../../../lambdas/shared/action-reply.ts';
import { AGENT_ID } from '../../support/api-event.ts';
import { newPayeePayment } from '../../support/approved-action.ts';
import { givenGate } from '../../support/gate.ts';

async function pendingRecord(): Promise<ActionRecord> {
  const result = await submitAction(givenGate(), AGENT_ID, newPayeePayment());
  if (!result.ok) throw new Error(result.problem.code);
  return result.value.record;
}

describe('decisionReply', () => {
  it.each(['pending_approval', 'approved'] as const)('answers 202 and where to look while %s', async (status) => {
    const record = await pendingRecord();
    const reply = decisionReply({ ...record, status });
    expect(reply).toMatchObject({ statusCode: 202, headers: { location: `/v1/actions/${record.actionId}` } });
  });

  it.each<ActionStatus>(['refused', 'timed_out', 'cancelled', 'failed'])(
    'answers 403 with the rules when people were asked and it ended as %s',
    async (status) => {
      const reply = decisionReply({ ...(await pendingRecord()), status });
      expect(reply.statusCode).toBe(403);
      expect(JSON.parse(reply.body)).toMatchObject({
        code: `approval_${status}`,
        rules: expect.arrayContaining([expect.objectContaining({ id: 'CS-PAY-T1-003' })]),
      });
    },
  );

  it('never repeats parameters', async () => {
    expect(decisionReply(await pendingRecord()).body).not.toContain('hello');
  });
});
