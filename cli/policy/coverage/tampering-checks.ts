import type { CompiledBundle, PolicyBundle } from '../../../core/gate/bundle.ts';
import { loadBundle } from '../../../core/gate/bundle.ts';
import { decodeCatalogue } from '../../../core/gate/catalogue.ts';
import { decide } from '../../../core/gate/decide.ts';
import type { ToolMapping } from '../../../core/gate/tool-mapping.ts';
import { decodeToolMapping, mapToolCall } from '../../../core/gate/tool-mapping.ts';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import { canonicalJson } from '../../../core/ledger/canonical.ts';
import { sha256Hex } from '../../../core/ledger/hash.ts';
import type { Check } from './check.ts';
import { differs, mustThrow } from './check.ts';

/** What is tampered with. */
export interface TamperingWorld {
  readonly source: PolicyBundle;
  readonly bundle: CompiledBundle;
  readonly mapping: ToolMapping;
  /** The facts of an ordinary action. */
  readonly context: JsonObject;
}

/** Tampering with bundle, catalogue, tool mapping and facts: all of it must be refused. */
export function tamperingChecks(world: TamperingWorld): readonly Check[] {
  return [...bundleChecks(world), ...manifestChecks(world), ...factChecks(world)];
}

function bundleChecks({ source, bundle }: TamperingWorld): readonly Check[] {
  const text = canonicalJson(asJson(source));
  const load = (changed: string, hash = bundle.hash) => loadBundle(new TextEncoder().encode(changed), hash);
  const changedTo = (change: (copy: PolicyBundle) => object) => canonicalJson(asJson(change(source)));
  const [id = ''] = Object.keys(source.rules);
  const { [id]: _rule, ...fewerRules } = source.rules;
  const { [id]: _policy, ...fewerPolicies } = source.policies;
  const refused = (name: string, changed: string, hash?: string): Check => ({
    name,
    exercises: ['CTL-BUNDLE'],
    run: () => mustThrow(() => load(changed, hash)),
  });
  const own = (changed: string): [string, string] => [changed, sha256Hex(changed)];
  return [
    { name: 'the bundle in force loads', exercises: ['CTL-BUNDLE'], run: () => differs(bundle.hash, load(text).hash) },
    refused('a bundle with one other letter is refused', text.replace('approval', 'Approval')),
    refused('a bundle with a space is refused', `${text} `),
    refused('a bundle with a space is refused under its own hash too', ...own(`${text} `)),
    refused('a bundle with a byte order mark is refused', ...own(`\uFEFF${text}`)),
    refused(
      'a bundle without one rule is refused',
      changedTo((copy) => ({ ...copy, rules: fewerRules, policies: fewerPolicies })),
    ),
    refused(
      'a bundle that quotes a rule it does not hold is refused under its own hash too',
      ...own(changedTo((copy) => ({ ...copy, policies: fewerPolicies }))),
    ),
    refused(
      'a bundle that holds a rule it cannot quote is refused under its own hash too',
      ...own(changedTo((copy) => ({ ...copy, rules: fewerRules }))),
    ),
    refused('a bundle of another format is refused', ...own(changedTo((copy) => ({ ...copy, formatVersion: '0' })))),
    refused(
      'a bundle whose rule asks for more managers than people is refused',
      ...own(changedTo((copy) => ({ ...copy, rules: withRequires(copy, 'approvals=1;managers=2') }))),
    ),
    refused('no bundle at all is refused', ...own('{}')),
  ];
}

function withRequires({ rules }: PolicyBundle, requires: string): object {
  return Object.fromEntries(
    Object.entries(rules).map(([id, rule]) => [id, rule.requires === undefined ? rule : { ...rule, requires }]),
  );
}

function manifestChecks({ source, mapping }: TamperingWorld): readonly Check[] {
  const wrapper = [...mapping.wrappers.keys()][0] ?? '';
  const mapped = (tool: string, params: JsonObject) => {
    const result = mapToolCall(mapping, tool, params, {});
    return result.ok ? 'mapped' : result.problem.code;
  };
  const unknown = (name: string): Check => ({
    name: `a tool named ${JSON.stringify(name)} is unknown`,
    exercises: ['CTL-TOOL-MAP'],
    run: () => differs('unknown_tool', mapped(name, {})),
  });
  const catalogue = (name: string, entry: JsonObject): Check => ({
    name: `a catalogue entry with ${name} is refused`,
    exercises: ['CTL-BUNDLE', 'CTL-CATALOGUE'],
    run: () => mustThrow(() => decodeCatalogue(withEntry(source.catalogue, entry))),
  });
  return [
    ...['send_money ', 'SEND_MONEY', 'send_money\u200b', '__proto__', 'constructor', ''].map(unknown),
    {
      name: 'a wrapper inside a wrapper is unknown',
      exercises: ['CTL-TOOL-MAP'],
      run: () => differs('unknown_tool', mapped(wrapper, wrapped(mapping, wrapper, wrapper))),
    },
    {
      name: 'a wrapper whose arguments are no JSON is unreadable',
      exercises: ['CTL-TOOL-MAP'],
      run: () => differs('unreadable_wrapper', mapped(wrapper, wrapped(mapping, wrapper, 'send_money', '{oops'))),
    },
    {
      name: 'a mapping with a member nobody knows is refused',
      exercises: ['CTL-TOOL-MAP'],
      run: () =>
        mustThrow(() => decodeToolMapping({ source: 's', types: { x: { type: 'a.b', resource: 'c/d', tier: 0 } } })),
    },
    catalogue('a misspelt member', { markSession: true }),
    catalogue('a mark that is text', { marksSession: 'false' }),
    catalogue('a tier that does not exist', { tier: -1 }),
    catalogue('a tier as text', { tier: '0' }),
  ];
}

function wrapped(mapping: ToolMapping, wrapper: string, inner: string, given = '{}'): JsonObject {
  const names = mapping.wrappers.get(wrapper);
  return names === undefined ? {} : { [names.toolParam]: inner, [names.argumentsParam]: given };
}

function withEntry(catalogue: JsonObject, changes: JsonObject): JsonObject {
  const types: JsonValue = catalogue['types'] ?? {};
  const [name, entry] = Object.entries(types)[0] ?? [];
  return { ...catalogue, types: { ...Object(types), [String(name)]: { ...Object(entry), ...changes } } };
}

function factChecks({ bundle, context }: TamperingWorld): readonly Check[] {
  const ask = (facts: JsonObject) =>
    decide({ agentId: 'a', actionType: 'payment.send', resource: 'account/1', context: facts }, bundle);
  const malformed = (name: string, facts: JsonObject): Check => ({
    name: `facts with ${name} deny`,
    exercises: ['CTL-REPLAY', bundle.builtin['malformed-facts'].id],
    run: () => differs(['deny', bundle.builtin['malformed-facts'].id], [ask(facts).verdict, ask(facts).rules[0]?.id]),
  });
  const { agent: _agent, ...without } = context;
  return [
    malformed('one missing', without),
    malformed('one too many', { ...context, trusted: true }),
    malformed('approvals as text', { ...context, approvals: { count: '2', managers: '1' } }),
    malformed('a negative amount', { ...context, amount: { valid: true, microUsd: -1 } }),
    malformed('an amount that is no number', { ...context, amount: { valid: true, microUsd: Number.NaN } }),
    malformed('an amount beyond exact integers', { ...context, amount: { valid: true, microUsd: 2 ** 53 } }),
    malformed('a list for an object', { ...context, stop: [] }),
    {
      name: 'equal facts give equal bytes, in whatever order they come',
      exercises: ['CTL-REPLAY'],
      run: () => differs(ask(context), ask(Object.fromEntries(Object.entries(context).reverse()))),
    },
  ];
}

function asJson(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value));
}
