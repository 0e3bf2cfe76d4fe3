import type { JsonObject, JsonValue } from '../../../core/json.ts';
import { objects, type StateNode } from './asl.ts';
import { evaluate, type Scope } from './query.ts';
import { StateError } from './state-error.ts';

const MAX_PAYLOAD_BYTES = 256 * 1024;

/** What a Choice came to: where to go, and the fields whose Assign and Output hold. */
export interface Chosen {
  readonly rule: JsonObject;
  readonly next: string;
}

/** Takes the first rule whose Condition is true. @throws {StateError} when none is and there is no Default */
export async function choose(node: StateNode, scope: Scope): Promise<Chosen> {
  for (const rule of objects(node.fields['Choices'])) {
    const holds = await evaluate(rule['Condition'] ?? null, scope, 'Condition');
    if (typeof holds !== 'boolean') {
      throw new StateError('States.QueryEvaluationError', `expected Condition to be a boolean, got \`${text(holds)}\``);
    }
    const next = rule['Next'];
    if (holds && typeof next === 'string') return { rule, next };
  }
  const next = node.fields['Default'];
  if (typeof next !== 'string') {
    throw new StateError('States.NoChoiceMatched', `no rule of ${node.name} matched and it has no Default`);
  }
  return { rule: node.fields, next };
}

/** When a Wait ends, in epoch milliseconds. @throws {StateError} when neither Seconds nor Timestamp is a time */
export async function waitUntilMs(node: StateNode, scope: Scope, nowMs: number): Promise<number> {
  const seconds = await evaluate(node.fields['Seconds'] ?? null, scope, 'Seconds');
  if (typeof seconds === 'number' && seconds >= 0) return nowMs + seconds * 1000;
  const timestamp = await evaluate(node.fields['Timestamp'] ?? null, scope, 'Timestamp');
  const untilMs = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;
  if (Number.isFinite(untilMs)) return untilMs;
  throw new StateError('States.QueryEvaluationError', `expected ${node.name} to name a time`);
}

/** The error a Fail state raises. */
export async function failureOf(node: StateNode, scope: Scope): Promise<StateError> {
  const error = await evaluate(node.fields['Error'] ?? '', scope, 'Error');
  const cause = await evaluate(node.fields['Cause'] ?? '', scope, 'Cause');
  return new StateError(String(error), String(cause));
}

/** A Map's items and the inputs of its iterations. @throws {StateError} when Items is not an array */
export async function mapInputs(
  node: StateNode,
  input: JsonValue,
  scopeFor: (context: JsonObject) => Scope,
): Promise<{ readonly items: readonly JsonValue[]; readonly inputs: readonly JsonValue[]; readonly limit: number }> {
  const items = await evaluate(node.fields['Items'] ?? input, scopeFor({}), 'Items');
  if (!Array.isArray(items)) {
    throw new StateError('States.QueryEvaluationError', `expected Items of ${node.name} to be an array`);
  }
  const list: readonly JsonValue[] = items;
  const selector = node.fields['ItemSelector'];
  const inputs = await Promise.all(
    list.map(async (value, index) => {
      if (selector === undefined) return value;
      return evaluate(selector, scopeFor({ Map: { Item: { Index: index, Value: value } } }), 'ItemSelector');
    }),
  );
  const limit = await evaluate(node.fields['MaxConcurrency'] ?? 0, scopeFor({}), 'MaxConcurrency');
  return { items: list, inputs, limit: typeof limit === 'number' && limit > 0 ? limit : inputs.length };
}

/** @throws {StateError} `States.DataLimitExceeded` when a state's data pass 256 KiB */
export function checkSize(value: JsonValue): void {
  if (Buffer.byteLength(text(value)) <= MAX_PAYLOAD_BYTES) return;
  throw new StateError('States.DataLimitExceeded', 'the state returned a result larger than 262144 bytes');
}

/** A JSON value's text. */
export function text(value: JsonValue): string {
  return JSON.stringify(value);
}
