import type { Context } from 'aws-lambda';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { StorageFault } from '../../../core/state/entities.ts';
import { HttpProblem, json } from '../../../lambdas/shared/problem.ts';
import { agentHandler, apiHandler, personHandler, taskHandler } from '../../../lambdas/shared/stack.ts';
import { AGENT_ID, apiEvent } from '../../support/api-event.ts';

// The stack reads nothing of the context.
const context = { awsRequestId: 'r', functionName: 'f' } as Context;

async function replyOf(error: unknown) {
  const handler = apiHandler(async () => {
    throw error;
  });
  const reply = await handler(apiEvent(), context);
  return { ...reply, body: JSON.parse(reply.body) as object };
}

describe('apiHandler', () => {
  it('renders a problem as RFC 9457 when one is thrown', async () => {
    const reply = await replyOf(
      new HttpProblem(409, 'already_redeemed', 'expected an unused envelope', { actionId: 'a' }),
    );
    expect(reply.statusCode).toBe(409);
    expect(reply.headers?.['content-type']).toBe('application/problem+json');
    expect(reply.body).toEqual({
      type: 'urn:countersign:problem:already_redeemed',
      title: 'Conflict',
      status: 409,
      detail: 'expected an unused envelope',
      code: 'already_redeemed',
      actionId: 'a',
    });
  });

  it('answers 503 without internals when storage fails', async () => {
    const reply = await replyOf(new StorageFault('table arn:aws:dynamodb:secret is gone'));
    expect(reply.statusCode).toBe(503);
    expect(JSON.stringify(reply)).not.toContain('arn:aws');
  });

  it('answers 500 without internals when something unforeseen is thrown', async () => {
    const reply = await replyOf(new TypeError('cannot read x of undefined at file.ts:12'));
    expect(reply.statusCode).toBe(500);
    expect(JSON.stringify(reply)).not.toContain('file.ts');
  });
});

describe('handlers', () => {
  it('pass the agent id when an IAM role calls', async () => {
    const handler = agentHandler(async (_event, agentId) => json(200, { agentId }));
    expect(JSON.parse((await handler(apiEvent(), context)).body)).toEqual({ agentId: AGENT_ID });
  });

  it('refuse an agent on a route for people when no claims came', async () => {
    const handler = personHandler(async () => json(200, {}));
    expect((await handler(apiEvent(), context)).statusCode).toBe(403);
  });

  it('throw when a task gets an input of another shape', async () => {
    const handler = taskHandler(v.strictObject({ actionId: v.string() }), async () => 'done');
    await expect(handler({ actionId: 7 }, context)).rejects.toMatchObject({ name: 'InvalidInput' });
    expect(await handler({ actionId: 'a' }, context)).toBe('done');
  });
});
