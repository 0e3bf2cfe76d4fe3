import type { ActionInput, GateReply } from '../sdk/agent-client.ts';

/** One session for most attacks: an agent may have few open at a time. */
export const SESSION = 'attack';

/** A payee that the recorded account has paid before. */
const KNOWN_PAYEE = 'GB29NWBK60161331926819';

/** A payment of the recorded account; to a payee nobody paid before unless `params` say otherwise. */
export function payment(accountId: string, name: string, params: { readonly [key: string]: string | number } = {}) {
  return {
    type: 'payment.send',
    params: { recipient: 'DE02120300000000202051', amount: 20, subject: 'Bill', date: '2026-11-20', ...params },
    resource: `account/${accountId}`,
    sessionId: SESSION,
    idempotencyKey: `attack-${name}`,
  } satisfies ActionInput;
}

/** A payment that nothing stands against. */
export function ordinaryPayment(accountId: string, name: string) {
  return payment(accountId, name, { recipient: KNOWN_PAYEE, amount: 4 });
}

/** A call of a model. */
export function modelCall(model: string, name: string): ActionInput {
  return {
    type: 'model.invoke',
    params: { model, inputTokens: 2_000, maxOutputTokens: 500 },
    resource: `model/${model}`,
    sessionId: SESSION,
    idempotencyKey: `attack-${name}`,
  };
}

/** What a reply quotes: the rules of a decision that is no allow, else the problem's code, else the action's status. */
export function answerOf({ status, body }: GateReply): readonly string[] {
  if (status === 200) return [String(body['status'])];
  const rules = body['rules'] ?? Reflect.get(Object(body['decision']), 'rules');
  if (Array.isArray(rules) && rules.length > 0) return rules.map((rule) => String(Reflect.get(Object(rule), 'id')));
  return [String(body['code'] ?? status)];
}
