import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ROUTES } from '../../lib/gate/routes.ts';
import { ENVIRONMENT } from '../lambdas/approval-open/harness.ts';
import { AGENT_ARN, AGENT_ID, apiEvent } from '../support/api-event.ts';
import { actionRequest, modelCall } from '../support/gate.ts';
import { eventTypes, givenWholeGate, HEAD, submitted, type WholeGate } from './whole-gate.ts';

const wired = vi.hoisted((): { gate: unknown; started: unknown[] } => ({ gate: undefined, started: [] }));
vi.mock('../../lambdas/shared/wiring.ts', () => ({
  dynamoDb: {},
  coreDeps: () => wired.gate,
  namingDeps: async () => wired.gate,
}));
vi.mock('../../lambdas/shared/details-wiring.ts', async () => {
  const { testSealer } = await import('../support/details.ts');
  return { detailsSealer: async () => testSealer };
});
// Receipts need a function that certifies keys; `test/e2e/receipts.test.ts` has one.
vi.mock('../../lambdas/shared/receipts.ts', () => ({
  RECORDED_BEFORE: {},
  requestReceipt: () => ({ recorded: () => undefined, members: async () => ({}) }),
}));
vi.mock('../../lambdas/shared/gate-wiring.ts', () => ({
  gateDeps: async () => wired.gate,
  approvalWorkflow: () => ({ start: async (input: unknown) => void wired.started.push(input) }),
}));

// The functions read nothing of the context.
const context = { awsRequestId: 'r', functionName: 'f' } as Context;

type Handler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

async function handlerOf(target: string): Promise<Handler> {
  const module: { readonly handler: Handler } = await import(`../../lambdas/${target}/handler.ts`);
  return module.handler;
}

async function call(target: string, event: APIGatewayProxyEvent) {
  const reply = await (await handlerOf(target))(event, context);
  return { status: reply.statusCode, body: JSON.parse(reply.body) };
}

let gate: WholeGate;
beforeEach(() => {
  for (const [name, value] of Object.entries(ENVIRONMENT)) vi.stubEnv(name, value);
  gate = givenWholeGate();
  wired.gate = gate;
  wired.started = [];
});

const personRoutes = ROUTES.filter(({ audience }) => audience === 'person');

describe('an agent', () => {
  it.each(personRoutes)('gets 403 from $method $path, whatever it claims to be', async ({ method, path, target }) => {
    const body = { decision: 'approve', reason: 'fine', digest: '0'.repeat(64), groups: ['approver'] };
    const pathParameters = { id: 'act_1' };
    const unsigned = { method, path, pathParameters, body, userArn: AGENT_ARN };
    for (const event of [apiEvent(unsigned), apiEvent({ ...unsigned, claims: { 'cognito:groups': 'approver' } })]) {
      expect(await call(target, event)).toMatchObject({ status: 403, body: { code: 'not_signed_in' } });
    }
    expect(gate.store.commits).toEqual([]);
  });

  it.each([
    { tier: 0 },
    { reversible: true },
    { costMicroUsd: '0' },
    { agentId: '111122223333:countersign-agent-other' },
    { approved: true },
    { approvals: { count: 2, managers: 1 } },
  ])('gets 400 when it says of its own action that %j', async (claim) => {
    const event = apiEvent({ body: { ...actionRequest(), ...claim } });
    expect(await call('submit-action', event)).toMatchObject({ status: 400, body: { code: 'invalid_body' } });
    expect(gate.store.commits).toEqual([]);
  });

  it('is denied when it slips such a claim in among the parameters', async () => {
    const params = { ...modelCall().params, costMicroUsd: '0' };
    const event = apiEvent({ body: modelCall({ params }) });
    expect(await call('submit-action', event)).toMatchObject({ status: 403, body: { code: 'action_denied' } });
    expect(gate.store.get(HEAD)).toMatchObject({ dayUsd: 0n });
  });

  it('is held to the cost the price table gives, not to one it names', async () => {
    const event = apiEvent({ body: modelCall() });
    expect(await call('submit-action', event)).toMatchObject({
      status: 200,
      body: { reservation: { microUsd: '700', tokens: '2000' } },
    });
  });

  it('gets 413 for an action beyond 64 KiB, and nothing of it is decided', async () => {
    const params = { subject: 'x'.repeat(64 * 1024) };
    expect((await call('submit-action', apiEvent({ body: actionRequest({ params }) }))).status).toBe(413);
    expect(gate.store.commits).toEqual([]);
  });

  it.each([
    { inputTokens: -1, outputTokens: 0 },
    { inputTokens: 0, outputTokens: 0, cacheReadTokens: -5 },
    { inputTokens: 0.5, outputTokens: 0 },
    { inputTokens: 1e300, outputTokens: 0 },
  ])('gets 400 when it reports the use %j, and its hold stays', async (usage) => {
    const { actionId } = await submitted(gate, modelCall());
    const event = apiEvent({ pathParameters: { id: actionId }, body: { result: 'succeeded', usage } });
    expect((await call('report-outcome', event)).status).toBe(400);
    expect(eventTypes(gate.store)).toEqual(['action.decided']);
    expect(gate.store.get(HEAD)).toMatchObject({ dayUsd: 700n });
  });

  it('finds nothing of another agent’s actions', async () => {
    const { actionId } = await submitted(gate, modelCall());
    const userArn = 'arn:aws:sts::111122223333:assumed-role/countersign-agent-other/session-1';
    const event = apiEvent({ userArn, pathParameters: { id: actionId }, body: { result: 'not_performed' } });
    expect(await call('report-outcome', event)).toMatchObject({ status: 404 });
    expect((await call('get-action', event)).status).toBe(404);
    expect(gate.store.get({ entity: 'action', agentId: AGENT_ID, actionId })).toMatchObject({ status: 'allowed' });
  });
});

describe('a retry of an action that waits for people', () => {
  it('is told of the same request, and the workflow of the same execution', async () => {
    const params = { recipient: 'X9', amount: 12.5, subject: 'hello', date: '2026-11-20' };
    const body = actionRequest({ type: 'payment.send', params });
    const [first, again] = [
      await call('submit-action', apiEvent({ body })),
      await call('submit-action', apiEvent({ body })),
    ];
    expect(first.status).toBe(202);
    expect(again).toEqual(first);
    expect(wired.started[1]).toEqual(wired.started[0]);
    expect(gate.store.get(HEAD)).toMatchObject({ pending: 1 });
  });
});
