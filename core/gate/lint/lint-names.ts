import type { JsonValue } from '../../json.ts';
import { isJsonObject } from '../../json.ts';
import type { Finding, RuleSource } from './finding.ts';
import { findingAt } from './finding.ts';

/**
 * Finds rules that name an agent or a resource. Events hold pseudonyms of resources, so a decision of such a rule could
 * not be made again from its record; and whom a rule concerns is for the registry to declare.
 */
export function lintNames(rules: readonly RuleSource[]): readonly Finding[] {
  return rules.flatMap((rule) => {
    const { principal, resource, conditions } = rule.policy;
    return [principal, resource, conditions].flatMap(namedEntities).map((id) =>
      findingAt(rule, JSON.stringify(id), {
        severity: 'error',
        code: 'named-entity',
        message: `the rule names \`${id}\`, so its decisions could not be replayed`,
        fix: 'declare a fact or a scope in the registry and ask for that',
      }),
    );
  });
}

/** Ids of entities in a policy's JSON form: `{type, id}` in a scope, `{__entity: {type, id}}` in a condition. */
function namedEntities(json: JsonValue | undefined): readonly string[] {
  if (Array.isArray(json)) return json.flatMap(namedEntities);
  if (!isJsonObject(json)) return [];
  const { type, id } = json;
  if (typeof type === 'string' && typeof id === 'string' && Object.keys(json).length === 2) return [id];
  return Object.values(json).flatMap(namedEntities);
}
