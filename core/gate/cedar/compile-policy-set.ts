import { type CompiledPolicy, type CompileTime, compilePolicy } from './compile-policy.ts';
import type { SlotValues } from './compile-scope.ts';
import { ContextLayout } from './context-path.ts';
import { EntityRef } from './entity-ref.ts';
import { malformedPolicy, readArray, readExact, readObject, readPolicyEntity, readText } from './policy-json.ts';
import { ScopeIndex } from './scope-index.ts';

/** A policy set ready to be evaluated. Made by `compilePolicySet`; opaque but for its ids. */
export interface CompiledPolicySet {
  /** The ids of static policies and template links, in the order of the policy set. */
  readonly policyIds: readonly string[];
  readonly index: ScopeIndex;
  readonly layout: ContextLayout;
}

const NO_SLOTS: SlotValues = new Map();
const PLACEHOLDER = new EntityRef('Placeholder', '');
const PLACEHOLDERS: SlotValues = new Map([
  ['?principal', PLACEHOLDER],
  ['?resource', PLACEHOLDER],
]);

/**
 * Compiles a policy set in Cedar's JSON form: `{ staticPolicies?: { <id>: policy }, templates?: { <id>: template },
 * templateLinks?: [{ templateId, newId, values }] }`. Policies must be JSON, not text (see `parsePolicyText`). Integers
 * that a JavaScript number cannot hold must be bigints.
 *
 * @param time when the conditions of static policies become functions
 * @throws {CedarInputError} `malformed_policy_set` on anything Cedar would not load: unknown members, operators or
 * functions, a slot in a static policy, a template without slots, a link that is incomplete or repeats an id
 * @see https://docs.cedarpolicy.com/policies/json-format.html
 */
export function compilePolicySet(policySetJson: unknown, time: CompileTime = 'at-once'): CompiledPolicySet {
  const set = readExact(policySetJson, 'a policy set', [], ['staticPolicies', 'templates', 'templateLinks']);
  const { staticPolicies: staticJson = {}, templates: templatesJson = {}, templateLinks: linksJson = [] } = set;
  const staticPolicies = readObject(staticJson, 'static policies');
  const templates = readObject(templatesJson, 'templates');
  const layout = new ContextLayout();
  const policies = Object.keys(staticPolicies).map((id) =>
    compilePolicy(id, staticPolicies[id], NO_SLOTS, layout, time),
  );
  for (const id of Object.keys(templates)) checkTemplate(id, templates[id], staticPolicies);
  for (const link of readArray(linksJson, 'template links')) policies.push(compileLink(link, templates, layout));
  const policyIds = policies.map((policy) => policy.id);
  const repeated = policyIds.find((id, index) => Object.hasOwn(templates, id) || policyIds.indexOf(id) !== index);
  if (repeated !== undefined) throw malformedPolicy(`expected every policy id once, got \`${repeated}\` twice`);
  return { policyIds, index: new ScopeIndex(policies), layout };
}

function checkTemplate(id: string, json: unknown, staticPolicies: Readonly<Record<string, unknown>>): void {
  if (Object.hasOwn(staticPolicies, id)) throw malformedPolicy(`expected every policy id once, got \`${id}\` twice`);
  if (compilePolicy(id, json, PLACEHOLDERS, new ContextLayout()).slots.length === 0) {
    throw malformedPolicy(`expected a slot in template \`${id}\``);
  }
}

function compileLink(
  json: unknown,
  templates: Readonly<Record<string, unknown>>,
  layout: ContextLayout,
): CompiledPolicy {
  const link = readExact(json, 'a template link', ['templateId', 'newId', 'values']);
  const templateId = readText(link['templateId'], 'a template id');
  const newId = readText(link['newId'], 'a policy id');
  if (!Object.hasOwn(templates, templateId)) throw malformedPolicy(`expected a template \`${templateId}\``);
  const valuesJson = readObject(link['values'], 'slot values');
  const values = new Map(Object.keys(valuesJson).map((slot) => [slot, readPolicyEntity(valuesJson[slot])]));
  const policy = compilePolicy(newId, templates[templateId], values, layout);
  const unused = [...values.keys()].find((slot) => !policy.slots.includes(slot));
  if (unused !== undefined) throw malformedPolicy(`expected the slot \`${unused}\` in template \`${templateId}\``);
  return policy;
}
