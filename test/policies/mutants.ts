import type { PolicyBundle } from '../../core/gate/bundle.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { isJsonObject } from '../../core/json.ts';

/** The bundle without some of its rules. */
export function without(source: PolicyBundle, ...ids: readonly string[]): PolicyBundle {
  const keep = <Value>(record: { readonly [id: string]: Value }): { readonly [id: string]: Value } =>
    Object.fromEntries(Object.entries(record).filter(([id]) => !ids.includes(id)));
  for (const id of ids) if (source.policies[id] === undefined) throw new Error(`expected a rule \`${id}\``);
  return { ...source, policies: keep(source.policies), rules: keep(source.rules) };
}

/** The bundle with the policy of one rule changed. */
export function withPolicy(source: PolicyBundle, id: string, change: (policy: JsonObject) => JsonObject): PolicyBundle {
  const policy = source.policies[id];
  if (!isJsonObject(policy)) throw new Error(`expected a rule \`${id}\``);
  return { ...source, policies: { ...source.policies, [id]: change(policy) } };
}

/** The rule holds exactly where it did not, for the actions it is about. */
export function negated(policy: JsonObject): JsonObject {
  return { ...policy, conditions: [{ kind: 'unless', body: all(clausesOf(policy)) }] };
}

/** The rule holds where its `when` does not; its exception stays. Absent when that is the whole rule. */
export function negatedWhen(policy: JsonObject): JsonObject | undefined {
  const clauses = clausesOf(policy);
  const whens = clauses.filter(({ kind }) => kind === 'when');
  if (whens.length === 0 || whens.length === clauses.length) return undefined;
  const others = clauses.filter(({ kind }) => kind !== 'when');
  return { ...policy, conditions: [{ kind: 'unless', body: all(whens) }, ...others] };
}

function clausesOf(policy: JsonObject): readonly JsonObject[] {
  const { conditions } = policy;
  return Array.isArray(conditions) ? conditions.filter(isJsonObject) : [];
}

function all(clauses: readonly JsonObject[]): JsonValue {
  const bodies = clauses.map(
    ({ kind, body }): JsonValue => (kind === 'when' ? (body ?? null) : { '!': { arg: body ?? null } }),
  );
  return bodies.reduce((left, right) => ({ '&&': { left, right } }), { Value: true });
}
