import type { JsonObject, JsonValue } from '../../../core/json.ts';
import { isJsonObject } from '../../../core/json.ts';

/** State types of the Amazon States Language. */
export type StateType = 'Task' | 'Choice' | 'Parallel' | 'Map' | 'Wait' | 'Pass' | 'Succeed' | 'Fail';

/** One state as written, with its nested flows parsed. */
export interface StateNode {
  readonly name: string;
  readonly type: StateType;
  readonly fields: JsonObject;
  /** `undefined` ends the flow. */
  readonly next: string | undefined;
  /** Branches of a Parallel; the one item processor of a Map; otherwise empty. */
  readonly flows: readonly Flow[];
}

/** States that belong together: the machine's own, a branch's or an item processor's. */
export interface Flow {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, StateNode>;
}

/** A checked definition. */
export interface Definition {
  readonly flow: Flow;
  readonly timeoutSeconds?: number;
}

const LAMBDA_ARN = /^arn:aws:lambda:[^:]+:\d{12}:function:[^:]+(:\$LATEST)?$/;
/** Service integrations the sandbox has. */
export const LAMBDA_INVOKE = 'arn:aws:states:::lambda:invoke';
export const LAMBDA_INVOKE_CALLBACK = 'arn:aws:states:::lambda:invoke.waitForTaskToken';

const COMMON = ['Type', 'Comment', 'QueryLanguage'];
const FLOWING = ['Next', 'End', 'Assign', 'Output'];
const RECOVERING = ['Retry', 'Catch'];
const FIELDS: { readonly [type in StateType]: readonly string[] } = {
  Task: [...COMMON, ...FLOWING, ...RECOVERING, 'Resource', 'Arguments', 'TimeoutSeconds', 'HeartbeatSeconds'],
  Parallel: [...COMMON, ...FLOWING, ...RECOVERING, 'Branches', 'Arguments'],
  Map: [...COMMON, ...FLOWING, ...RECOVERING, 'Items', 'ItemSelector', 'MaxConcurrency', 'ItemProcessor'],
  Choice: [...COMMON, 'Choices', 'Default', 'Assign', 'Output'],
  Wait: [...COMMON, ...FLOWING, 'Seconds', 'Timestamp'],
  Pass: [...COMMON, ...FLOWING],
  Succeed: [...COMMON, 'Output'],
  Fail: [...COMMON, 'Error', 'Cause'],
};

/**
 * Parses and checks a definition.
 *
 * @throws {TypeError} naming the state, for anything the sandbox does not run: another query language than JSONata,
 *   an unknown field, state type or task resource, a transition to nowhere
 */
export function parseDefinition(text: string): Definition {
  const parsed: JsonValue = JSON.parse(text);
  if (!isJsonObject(parsed)) throw new TypeError('definition: expected an object');
  if (parsed['QueryLanguage'] !== 'JSONata') {
    throw new TypeError(`definition: expected QueryLanguage JSONata, got \`${String(parsed['QueryLanguage'])}\``);
  }
  const timeoutSeconds = parsed['TimeoutSeconds'];
  const flow = parseFlow(parsed, 'definition');
  return typeof timeoutSeconds === 'number' ? { flow, timeoutSeconds } : { flow };
}

function parseFlow(value: JsonValue | undefined, where: string): Flow {
  if (!isJsonObject(value)) throw new TypeError(`${where}: expected an object`);
  const states = value['States'];
  const startAt = value['StartAt'];
  if (!isJsonObject(states)) throw new TypeError(`${where}: expected States`);
  const nodes = new Map(Object.entries(states).map(([name, state]) => [name, parseState(name, state)]));
  if (typeof startAt !== 'string' || !nodes.has(startAt)) {
    throw new TypeError(`${where}: expected StartAt to name a state, got \`${String(startAt)}\``);
  }
  for (const node of nodes.values()) {
    for (const target of targetsOf(node)) {
      if (!nodes.has(target))
        throw new TypeError(`state ${node.name}: expected Next to name a state, got \`${target}\``);
    }
  }
  return { startAt, states: nodes };
}

function parseState(name: string, value: JsonValue): StateNode {
  if (!isJsonObject(value)) throw new TypeError(`state ${name}: expected an object`);
  const type = Object.keys(FIELDS).find((known): known is StateType => known === value['Type']);
  if (type === undefined) throw new TypeError(`state ${name}: unknown Type \`${String(value['Type'])}\``);
  const unknown = Object.keys(value).find((field) => !FIELDS[type].includes(field));
  if (unknown !== undefined)
    throw new TypeError(`state ${name}: the sandbox does not know ${type} field \`${unknown}\``);
  if ((value['QueryLanguage'] ?? 'JSONata') !== 'JSONata') throw new TypeError(`state ${name}: expected JSONata`);
  if (type === 'Task') checkResource(name, value['Resource']);
  const next = value['Next'];
  if (FIELDS[type].includes('Next') && typeof next !== 'string' && value['End'] !== true) {
    throw new TypeError(`state ${name}: expected Next or End`);
  }
  return {
    name,
    type,
    fields: value,
    next: typeof next === 'string' ? next : undefined,
    flows: nestedFlows(name, value),
  };
}

function nestedFlows(name: string, fields: JsonObject): readonly Flow[] {
  if (fields['Type'] === 'Parallel') {
    return objects(fields['Branches']).map((branch, index) => parseFlow(branch, `state ${name} branch ${index}`));
  }
  if (fields['Type'] !== 'Map') return [];
  const processor = fields['ItemProcessor'];
  const config = isJsonObject(processor) ? processor['ProcessorConfig'] : undefined;
  const mode = isJsonObject(config) ? (config['Mode'] ?? 'INLINE') : 'INLINE';
  if (mode !== 'INLINE') throw new TypeError(`state ${name}: expected an INLINE Map, got \`${String(mode)}\``);
  return [parseFlow(processor, `state ${name} item processor`)];
}

function checkResource(name: string, resource: JsonValue | undefined): void {
  const known =
    resource === LAMBDA_INVOKE ||
    resource === LAMBDA_INVOKE_CALLBACK ||
    (typeof resource === 'string' && LAMBDA_ARN.test(resource));
  if (!known) throw new TypeError(`state ${name}: the sandbox does not know task resource \`${String(resource)}\``);
}

function targetsOf(node: StateNode): readonly string[] {
  const rules = [...objects(node.fields['Choices']), ...objects(node.fields['Catch'])];
  const targets = [node.next, node.fields['Default'], ...rules.map((rule) => rule['Next'])];
  return targets.filter((target) => typeof target === 'string');
}

/** The objects of a list field; nothing counts as the empty list. */
export function objects(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter((entry: JsonValue) => isJsonObject(entry)) : [];
}
