import type { AgentClient, GateReply } from '../../../sdk/agent-client.ts';
import type { Check, DemoWorld } from '../world.ts';
import { check } from '../world.ts';

/** A model whose price the institution knows. */
const MODEL = 'claude-haiku-5-5';

async function callModel(agent: AgentClient, key: string, model: string, maxOutputTokens: number): Promise<GateReply> {
  return agent.submit({
    type: 'model.invoke',
    params: { model, inputTokens: 2_000, maxOutputTokens },
    resource: `model/${model}`,
    sessionId: 'demo-budget',
    idempotencyKey: key,
  });
}

/** A call whose worst case does not fit any more is refused before it is made, and so is a model without a price. */
export async function checkOverBudget({ payments }: DemoWorld): Promise<Check> {
  const within = await callModel(payments, 'demo-budget-1', MODEL, 1_000);
  const beyond = await callModel(payments, 'demo-budget-2', MODEL, 120_000);
  const unknown = await callModel(payments, 'demo-budget-3', 'model-of-tomorrow', 10);
  const settled = await payments.outcome(String(within.body['actionId']), {
    result: 'succeeded',
    usage: { inputTokens: 2_000, outputTokens: 150 },
  });
  return check('a call over budget is refused before it is made', [
    [within.status === 200, `within the session's budget: ${within.status}`],
    [beyond.status === 403, `beyond it: ${beyond.status} ${ruleIds(beyond)}`],
    [unknown.status === 403, `a model without a price: ${unknown.status} ${ruleIds(unknown)}`],
    [
      settled.status === 200 && BigInt(String(settled.body['releasedMicroUsd'])) > 0n,
      `unused budget comes back: ${settled.body['releasedMicroUsd']} micro-USD`,
    ],
  ]);
}

/** A halted agent is refused until someone other than its owner lifts the halt. */
export async function checkHalt({ payments, paymentsAgentId, accountId, people }: DemoWorld): Promise<Check> {
  const readBalance = async (key: string) =>
    payments.submit({
      type: 'account.read-balance',
      params: {},
      resource: `account/${accountId}`,
      sessionId: 'demo-halt',
      idempotencyKey: key,
    });
  const halted = await people.rick.halt(paymentsAgentId, 'unusual payees');
  const during = await readBalance('demo-halt-1');
  const byOwner = await people.olivia.resume(paymentsAgentId, 'it is fine');
  const resumed = await people.rosa.resume(paymentsAgentId, 'reviewed with the owner');
  const after = await readBalance('demo-halt-2');
  return check('a halted agent is refused until someone else lifts the halt', [
    [halted.status === 200, `halted by a risk officer (${halted.status})`],
    [during.status === 403, `the very next request: ${during.status} ${ruleIds(during)}`],
    [byOwner.status === 403, `its owner may not lift it: ${byOwner.status} ${byOwner.body['code']}`],
    [resumed.status === 200, `a risk officer may (${resumed.status})`],
    [after.status === 200, `then it works again (${after.status})`],
  ]);
}

function ruleIds({ body }: GateReply): string {
  const rules = body['rules'];
  if (!Array.isArray(rules)) return '';
  return rules.map((rule) => String(Reflect.get(Object(rule), 'id'))).join(' ');
}
