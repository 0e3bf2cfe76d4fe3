import type { JsonObject, JsonValue } from '../../json.ts';
import { isJsonObject } from '../../json.ts';

/** The shape of a decision's facts. Every member must be there, and nothing else: a missing fact is not a false one. */
const SHAPE = {
  /** Who asks: is it registered, active, not halted, granted the scope, and allowed this account? */
  agent: {
    registered: 'flag',
    active: 'flag',
    halted: 'flag',
    scoped: 'flag',
    accountAllowed: 'flag',
    /** The rung of autonomy for the action's decision class, 0 (A0) to 4 (A4). */
    rung: 'later-integer',
  },
  /** What the signed credential says that binds the agent to its owner, its scopes and its caps. */
  credential: { required: 'flag', held: 'flag', signed: 'flag', current: 'flag', revoked: 'flag' },
  stop: { veto: 'flag', riskLevel: 'integer' },
  request: { paramsValid: 'flag', resourceValid: 'flag', resourceMatches: 'flag' },
  /**
   * `amountMicroUsd` is what earlier allowed actions of the session moved. `marked`: one of them read text that
   * outsiders can write.
   */
  session: { idValid: 'flag', fresh: 'flag', expired: 'flag', amountMicroUsd: 'integer', marked: 'later-flag' },
  day: { amountMicroUsd: 'integer' },
  /** What the agent has under way: sessions that have not ended, requests that wait for people, unreported actions. */
  open: { sessions: 'integer', approvals: 'integer', reservations: 'integer' },
  budget: {
    declared: 'flag',
    priced: 'flag',
    sessionUsdExceeded: 'flag',
    sessionTokensExceeded: 'flag',
    dayUsdExceeded: 'flag',
    dayTokensExceeded: 'flag',
    unitUsdExceeded: 'flag',
    unitTokensExceeded: 'flag',
  },
  amount: { valid: 'flag', microUsd: 'integer' },
  account: { known: 'flag', balanceMicroUsd: 'integer' },
  /** `changed`: the action redirects a payment that the institution knows. */
  payee: { known: 'flag', changed: 'flag', highestMicroUsd: 'integer' },
  schedule: { known: 'flag', microUsd: 'integer' },
  customer: { addressOnFile: 'flag' },
  signals: 'names',
  /** Verified approvals for exactly this action: people, and how many of them are managers. */
  approvals: { count: 'integer', managers: 'integer' },
} as const;

/** What is `later` did not exist when the first decisions were recorded: records may lack it, new decisions may not. */
type Leaf = 'flag' | 'later-flag' | 'integer' | 'later-integer' | 'names';
type Shape = Leaf | { readonly [name: string]: Shape };
type ValueOf<S> = S extends 'flag' | 'later-flag'
  ? boolean
  : S extends 'integer' | 'later-integer'
    ? number
    : S extends 'names'
      ? readonly string[]
      : { readonly [Name in keyof S]: ValueOf<S[Name]> };

/** The facts a decision is made on: booleans, integers and names of signals; no personal data, no raw parameters. */
export type DecisionContext = ValueOf<typeof SHAPE>;

/** True when `value` has exactly the shape of {@link DecisionContext}. Total. */
export function isDecisionContext(value: JsonObject): boolean {
  return hasShape(value, SHAPE);
}

/** The same facts as the JSON that is stored, hashed and replayed. */
export function contextToJson(context: DecisionContext): JsonObject {
  return { ...context };
}

/**
 * A recorded context as rules see it today: a fact that did not exist when it was recorded counts as the one that asks
 * for more. What is stored and hashed stays as it was.
 */
export function completeContext(context: JsonObject): JsonObject {
  const { agent, session } = context;
  const isWhole = Object.hasOwn(context, 'credential') && hasFact(agent, 'rung') && hasFact(session, 'marked');
  if (isWhole || !isJsonObject(agent) || !isJsonObject(session)) return context;
  return {
    credential: { required: true, held: false, signed: false, current: false, revoked: true },
    ...context,
    agent: { rung: 0, ...agent },
    session: { marked: true, ...session },
  };
}

function hasFact(record: JsonValue | undefined, name: string): boolean {
  return isJsonObject(record) && Object.hasOwn(record, name);
}

const MAX_NAMES = 16;

function hasShape(value: JsonValue | undefined, shape: Shape): boolean {
  switch (shape) {
    case 'flag':
      return typeof value === 'boolean';
    case 'later-flag':
      return value === undefined || typeof value === 'boolean';
    case 'later-integer':
      return value === undefined || hasShape(value, 'integer');
    case 'integer':
      return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
    case 'names':
      return Array.isArray(value) && value.length <= MAX_NAMES && value.every((name) => typeof name === 'string');
    default: {
      const names = Object.keys(shape);
      // The whole record came later: old records lack it, and none may have a part of it.
      if (value === undefined) return shape === SHAPE.credential;
      if (!isJsonObject(value)) return false;
      if (!Object.keys(value).every((name) => Object.hasOwn(shape, name))) return false;
      return names.every((name) => {
        const member = shape[name];
        return member !== undefined && hasShape(Object.hasOwn(value, name) ? value[name] : undefined, member);
      });
    }
  }
}
