import { differs } from '../cli/policy/coverage/check.ts';
import { ordinaryContext } from '../cli/policy/coverage/policy-cases.ts';
import { openLocalGate } from '../cli/policy/eval/local-gate.ts';
import { decide } from '../core/gate/decide.ts';
import { submitAction } from '../core/gate/submit.ts';
import type { JsonObject } from '../core/json.ts';
import { canonicalJson } from '../core/ledger/canonical.ts';
import { sha256Hex } from '../core/ledger/hash.ts';
import type { StateStore } from '../core/ports.ts';
import type { ActionInput } from '../sdk/agent-client.ts';
import { answerOf, modelCall, ordinaryPayment, payment } from './acts.ts';
import type { Attack, AttackGroup } from './attack.ts';
import type { AttackWorld, CoreWorld } from './world.ts';
import { submitted, verdictsOf, withoutRules } from './world.ts';

/** Attacks by what a request says: its framing, its parts, its model and its numbers. */
export function requestAttacks(world: AttackWorld): AttackGroup {
  return {
    name: 'requests',
    attacks: [delimiterShift(world), splitTrade(world), unknownModel(world), nanMetric(world), negativeCharge(world)],
  };
}

function delimiterShift({ world: { payments, accountId } }: AttackWorld): Attack {
  const action = ordinaryPayment(accountId, 'shift');
  // The session's first character moves to the end of the resource, and everything joined reads the same.
  const shifted = { ...action, resource: `${action.resource}a`, sessionId: action.sessionId.slice(1) };
  const joined = ({ type, resource, sessionId, params }: ActionInput) =>
    sha256Hex([type, resource, sessionId, canonicalJson(params)].join(''));
  return {
    name: 'delimiter shift',
    mount: 'sandbox',
    caughtBy: ['idempotency_key_reused'],
    attempt: async () => {
      await payments.submit(action);
      return answerOf(await payments.submit(shifted));
    },
    honest: async () => {
      const first = await payments.submit(action);
      const again = await payments.submit({ ...action });
      return differs([200, first.body['actionId']], [again.status, again.body['actionId']]);
    },
    mutation: { off: 'fields joined without framing', reaches: async () => joined(action) === joined(shifted) },
  };
}

const SPLIT_RULE = 'CS-SUM-T1-001';
/** A payee that the recorded account has paid 1,000 dollars at once before. */
const OFTEN_PAID = 'US122000000121212121212';

function splitTrade({ world: { payments, accountId }, core }: AttackWorld): Attack {
  // Each part is below every threshold of one payment; three together are above the session's.
  const parts = (account: string, recipient: string, name: string, count: number): readonly ActionInput[] =>
    Array.from({ length: count }, (_none, index) => ({
      ...payment(account, `${name}-${index}`, { recipient, amount: 400 }),
      sessionId: `attack-${name}`,
    }));
  const answers = async (name: string, count: number): Promise<readonly string[]> => {
    const found: string[] = [];
    for (const each of parts(accountId, OFTEN_PAID, name, count)) found.push(...answerOf(await payments.submit(each)));
    return found;
  };
  return {
    name: 'split trade',
    mount: 'sandbox',
    caughtBy: [SPLIT_RULE],
    attempt: async () => (await answers('split', 3)).filter((answer) => answer !== 'allowed'),
    honest: async () => differs(['allowed', 'allowed'], await answers('whole', 2)),
    mutation: {
      off: SPLIT_RULE,
      reaches: async () => {
        const three = parts('A1', 'KNOWN', 'split', 3);
        const caught = await verdictsOf(core, three);
        const passed = await verdictsOf(withoutRules(core, SPLIT_RULE), three);
        return caught.includes('require_approval') && passed.every((verdict) => verdict === 'allow');
      },
    },
  };
}

const KNOWN_MODEL = 'claude-haiku-5-5';
const UNKNOWN_MODELS = ['model-of-tomorrow', `${KNOWN_MODEL}-mini`];
const PRICE_RULE = 'CS-BUD-T0-002';

function unknownModel({ world: { payments }, core }: AttackWorld): Attack {
  return {
    name: 'unknown model',
    mount: 'sandbox',
    caughtBy: [PRICE_RULE, PRICE_RULE],
    attempt: async () => {
      const answers: string[] = [];
      for (const model of UNKNOWN_MODELS) answers.push(...answerOf(await payments.submit(modelCall(model, model))));
      return answers;
    },
    honest: async () => differs(['allowed'], answerOf(await payments.submit(modelCall(KNOWN_MODEL, 'known-model')))),
    mutation: {
      off: 'models found by the beginning of their name',
      reaches: async () => {
        const lookAlike = modelCall(`${KNOWN_MODEL}-mini`, 'look-alike');
        const [caught] = await verdictsOf(core, [lookAlike]);
        const models = new PrefixMap(core.prices.models);
        const [passed] = await verdictsOf({ ...core, prices: { ...core.prices, models } }, [lookAlike]);
        return caught === 'deny' && passed === 'allow';
      },
    },
  };
}

/** A map that takes a name for the one it begins with, as price tables elsewhere do. */
class PrefixMap<Value> extends Map<string, Value> {
  override get(name: string): Value | undefined {
    const known = [...this.keys()].find((key) => name.startsWith(key));
    return known === undefined ? undefined : super.get(known);
  }
}

/** True when an action is denied with every rule, and allowed without this one. */
async function reachesWithout(core: CoreWorld, rule: string, action: ActionInput): Promise<boolean> {
  const [caught] = await verdictsOf(core, [action]);
  const [passed] = await verdictsOf(withoutRules(core, rule), [action]);
  return caught === 'deny' && passed === 'allow';
}

const MALFORMED = 'CS-GATE-T0-004';
const STOP_REF = { entity: 'stopAll' } as const;

function nanMetric({ core }: AttackWorld): Attack {
  const context = ordinaryContext();
  const asked = (amount: number) => ({
    agentId: 'a',
    actionType: 'payment.send',
    resource: 'account/A1',
    context: { ...context, amount: { valid: true, microUsd: amount } },
  });
  const act = (name: string) => payment('A1', name, { recipient: 'KNOWN', amount: 50 });
  const withRiskLevel = async (
    riskLevel: number,
    around: (store: StateStore) => StateStore = (store) => store,
  ): Promise<readonly string[]> => {
    const gate = await openLocalGate(core);
    await submitted(gate, act('before'));
    gate.store.set(STOP_REF, { version: 1, claims: [], riskLevel, stamped: 1, repeats: 0 });
    const result = await submitAction({ ...gate, store: around(gate.store) }, gate.agentId, act('after'));
    if (!result.ok) return [result.problem.code];
    const { verdict, rules } = result.value.record.decision;
    return [verdict, ...rules.map(({ id }) => id)];
  };
  return {
    name: 'NaN metric',
    mount: 'core',
    caughtBy: [MALFORMED, 'corrupt_state'],
    attempt: async () => {
      const { rules } = decide(asked(Number.NaN), core.bundle);
      return [...rules.map(({ id }) => id), ...(await withRiskLevel(Number.NaN).catch(corruptState))];
    },
    honest: async () => {
      const [verdict] = await withRiskLevel(1);
      const { rules } = decide(asked(50_000_000), core.bundle);
      return differs(['allow', false], [verdict, rules.some(({ id }) => id === MALFORMED)]);
    },
    mutation: {
      off: 'an unreadable level taken for none',
      reaches: async () => (await withRiskLevel(Number.NaN, withoutStops))[0] === 'allow',
    },
  };
}

/** A store that reads no stop record at all. */
function withoutStops(store: StateStore): StateStore {
  return {
    read: (refs) =>
      store
        .read(refs)
        .then((items) => items.map((item, index) => (refs[index]?.entity === 'stopAll' ? undefined : item))),
    commit: (writes, token) => store.commit(writes, token),
  };
}

function corruptState(error: unknown): readonly string[] {
  const { code } = Object(error);
  return [typeof code === 'string' ? code : String(error)];
}

const AMOUNT_RULE = 'CS-REQ-T0-002';

function negativeCharge({ world: { payments, accountId }, core }: AttackWorld): Attack {
  const negative = (account: string, recipient: string) => payment(account, 'negative', { recipient, amount: -50 });
  return {
    name: 'negative charge',
    mount: 'sandbox',
    caughtBy: [AMOUNT_RULE, 'body_invalid'],
    attempt: async () => {
      const paid = await payments.submit(negative(accountId, 'GB29NWBK60161331926819'));
      const held = await payments.submit(modelCall(KNOWN_MODEL, 'negative-use'));
      const reported = await payments.outcome(String(held.body['actionId']), usage(-2_000, 150));
      return [...answerOf(paid), ...answerOf(reported)];
    },
    honest: async () => {
      const held = await payments.submit(modelCall(KNOWN_MODEL, 'positive-use'));
      const reported = await payments.outcome(String(held.body['actionId']), usage(2_000, 150));
      const paid = await payments.submit(ordinaryPayment(accountId, 'positive'));
      return differs([200, 200], [reported.status, paid.status]);
    },
    mutation: { off: AMOUNT_RULE, reaches: () => reachesWithout(core, AMOUNT_RULE, negative('A1', 'KNOWN')) },
  };
}

function usage(inputTokens: number, outputTokens: number): JsonObject {
  return { result: 'succeeded', usage: { inputTokens, outputTokens } };
}
