import type { JsonObject, JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';
import { canonicalJson } from '../ledger/canonical.ts';
import { sha256Hex } from '../ledger/hash.ts';
import type { RulesOf } from './bundle-rules.ts';
import { rulesByType } from './bundle-rules.ts';
import { isCanonicalText } from './bundle-text.ts';
import type { Catalogue } from './catalogue.ts';
import { decodeCatalogue, openCatalogue } from './catalogue.ts';
import type { CompileTime } from './cedar/compile-policy.ts';
import { compilePolicySet } from './cedar/compile-policy-set.ts';
import { readContextShape } from './cedar/context-shape.ts';
import type { EntityStore } from './cedar/entity-store.ts';
import type { CompiledFacts } from './cedar/generate-facts.ts';
import { compileFacts } from './cedar/generate-facts.ts';
import { loadEntities } from './cedar/load-entities.ts';
import type { ApprovalObligation, RuleRef } from './decision.ts';
import { JsonFormatError, JsonReader } from './facts/json-reader.ts';
import type { BundleProof } from './proof/bundle-proof.ts';
import type { BundleRelease } from './release.ts';
import { decodeRelease } from './release.ts';
import { parseRequirement } from './requirement.ts';

/** The format of the bundle's bytes. Raised with a change that an older gate would misread. */
export const BUNDLE_FORMAT = '1';

/** Approved texts for what no written rule can decide. */
export type BuiltinName =
  | 'default-deny'
  | 'rule-error'
  | 'unknown-type'
  | 'malformed-facts'
  | 'storage-fault'
  | 'contention';

/** A rule as the committee approved it. */
export interface BundledRule extends RuleRef {
  /** The lowest tier the rule is about. */
  readonly tier: number;
  readonly effect: 'permit' | 'forbid';
  /** Set when the rule stands aside for approvals: `approvals=1` or `approvals=2;managers=1`. */
  readonly requires?: string;
  /** `shadow`: the rule is watched and never decides. */
  readonly mode?: 'shadow';
}

/** Everything that decides, in one content-addressed document. */
export interface PolicyBundle {
  readonly formatVersion: string;
  readonly release: BundleRelease;
  /** Cedar policies in their JSON form, by rule id. */
  readonly policies: JsonObject;
  readonly rules: { readonly [id: string]: BundledRule };
  readonly builtin: { readonly [Name in BuiltinName]: RuleRef };
  /** The groups of each action type. */
  readonly actionGroups: { readonly [type: string]: readonly string[] };
  readonly catalogue: JsonObject;
  /** The Cedar schema that the rules were validated against. */
  readonly schema: string;
  readonly taxonomyIds: readonly string[];
  /** What was shown about these rules when they were built. */
  readonly proof?: BundleProof;
}

/** A rule that is ready to be quoted and, where it asks for approvals, to say how many. */
export interface CompiledRule extends BundledRule {
  /** The rule as decisions quote it, alone in a list. */
  readonly quote: readonly [RuleRef];
  readonly requirement?: ApprovalObligation;
}

/** A bundle ready to decide. */
export interface CompiledBundle {
  /** SHA-256 of the bundle's bytes, hexadecimal. */
  readonly hash: string;
  readonly release: BundleRelease;
  readonly catalogue: Catalogue;
  readonly ruleById: ReadonlyMap<string, CompiledRule>;
  readonly builtin: PolicyBundle['builtin'];
  readonly taxonomyIds: ReadonlySet<string>;
  /** The action types and their groups, as Cedar entities. */
  readonly entities: EntityStore;
  /** The facts that the bundle's schema declares. A context must have exactly these. */
  readonly facts: CompiledFacts;
  /** The policies in Cedar's JSON form, by rule id. */
  readonly policies: JsonObject;
  /** The rules that decide about an action type. */
  readonly rulesOf: RulesOf;
  /** The rules that are only watched. */
  readonly shadowRulesOf: RulesOf;
}

/**
 * Loads a bundle from its bytes.
 *
 * @param expectedHash the SHA-256 that the deployment names; any other bundle is refused
 * @throws {JsonFormatError} on another hash, bytes that are not canonical JSON, or a malformed bundle
 */
export function loadBundle(bytes: Uint8Array, expectedHash: string): CompiledBundle {
  const text = textOf(bytes, expectedHash);
  const value: JsonValue = JSON.parse(text);
  if (!isCanonicalText(text, value)) throw new JsonFormatError('expected the bundle as canonical json');
  return compileValue(value, expectedHash, 'at-once');
}

/**
 * Loads a bundle that {@link loadBundle} accepted before, as the one deployed beside a function was when it was built:
 * the hash says that these are the same bytes. It is not compared with its canonical form again, and catalogue
 * entries and conditions are read when they are first asked for, so that the first decision need not wait for rules it does not need.
 *
 * @throws {JsonFormatError} on another hash, or a malformed bundle
 */
export function loadCheckedBundle(bytes: Uint8Array, expectedHash: string): CompiledBundle {
  return compileValue(JSON.parse(textOf(bytes, expectedHash)), expectedHash, 'when-asked');
}

function textOf(bytes: Uint8Array, expectedHash: string): string {
  const hash = sha256Hex(bytes);
  if (hash !== expectedHash) throw new JsonFormatError(`expected the bundle \`${expectedHash}\`, got \`${hash}\``);
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}

/**
 * Compiles a bundle that is held in memory, as the builder makes it.
 *
 * @throws {JsonFormatError} when it is malformed
 */
export function compileBundle(bundle: PolicyBundle): CompiledBundle {
  const text = JSON.stringify(bundle);
  const value: JsonValue = JSON.parse(text);
  return compileValue(value, sha256Hex(canonicalJson(value)), 'at-once');
}

function compileValue(value: JsonValue, hash: string, time: CompileTime): CompiledBundle {
  const reader = new JsonReader(value, 'bundle');
  if (reader.text('formatVersion') !== BUNDLE_FORMAT) throw reader.wrong('formatVersion', `\`${BUNDLE_FORMAT}\``);
  const policies = reader.object('policies');
  const ruleById = readRules(reader.object('rules'));
  if (!sameNames(Object.keys(policies), [...ruleById.keys()])) throw reader.wrong('rules', 'about the same policies');
  const readCatalogue = time === 'at-once' ? decodeCatalogue : openCatalogue;
  const catalogue = readCatalogue(reader.object('catalogue'));
  const entities = loadEntities(actionEntities(reader.object('actionGroups')));
  const { limits: _known, ...shape } = readContextShape(reader.text('schema'), CONTEXT_TYPE);
  const rulesOf = (isShadow: boolean): RulesOf => {
    const wanted = Object.entries(policies).filter(([id]) => (ruleById.get(id)?.mode === 'shadow') === isShadow);
    const json = Object.fromEntries(wanted);
    const compiled = compilePolicySet({ staticPolicies: json }, time);
    return rulesByType({ catalogue, ruleById, policies: compiled, json, entities, shape });
  };
  return {
    hash,
    release: decodeRelease(reader.has('release') ? reader.object('release') : undefined, 'bundle.release'),
    catalogue,
    ruleById,
    builtin: readBuiltin(reader.object('builtin')),
    taxonomyIds: new Set(reader.texts('taxonomyIds')),
    entities,
    facts: compileFacts(shape),
    policies,
    rulesOf: rulesOf(false),
    shadowRulesOf: rulesOf(true),
  };
}

/** The schema's record of facts. Its `limits` are the catalogue's and not in a stored context. */
const CONTEXT_TYPE = 'Facts';

function readRules(rules: JsonObject): ReadonlyMap<string, CompiledRule> {
  const pairs = Object.entries(rules).map(([id, value]): [string, CompiledRule] => {
    const reader = new JsonReader(value, `bundle.rules.${id}`);
    const requires = reader.has('requires') ? reader.text('requires') : undefined;
    const requirement = requires === undefined ? undefined : parseRequirement(requires);
    if (requires !== undefined && requirement === undefined) throw reader.wrong('requires', 'a number of approvals');
    const ref = readRuleRef(value, `bundle.rules.${id}`);
    const rule: CompiledRule = {
      ...ref,
      quote: [ref],
      tier: reader.oneOf('tier', [0, 1, 2, 3] as const),
      effect: reader.oneOf('effect', ['permit', 'forbid'] as const),
      ...(requires !== undefined && { requires }),
      ...(reader.has('mode') && { mode: reader.oneOf('mode', ['shadow'] as const) }),
      ...(requirement !== undefined && { requirement }),
    };
    if (ref.id !== id) throw reader.wrong('id', `\`${id}\``);
    return [id, rule];
  });
  return new Map(pairs);
}

function readBuiltin(value: JsonObject): PolicyBundle['builtin'] {
  const read = (name: BuiltinName): RuleRef => readRuleRef(value[name], `bundle.builtin.${name}`);
  return {
    'default-deny': read('default-deny'),
    'rule-error': read('rule-error'),
    'unknown-type': read('unknown-type'),
    'malformed-facts': read('malformed-facts'),
    'storage-fault': read('storage-fault'),
    contention: read('contention'),
  };
}

function readRuleRef(value: JsonValue | undefined, at: string): RuleRef {
  const reader = new JsonReader(value, at);
  const frameworkRefs = reader.texts('frameworkRefs');
  if (frameworkRefs.length === 0) throw reader.wrong('frameworkRefs', 'not empty');
  return { id: reader.text('id'), text: reader.text('text'), frameworkRefs };
}

function actionEntities(groups: JsonObject): readonly JsonObject[] {
  return Object.entries(groups).map(([type, names]) => {
    const parents = Array.isArray(names) ? names : [];
    if (isJsonObject(names) || parents.length === 0) throw new JsonFormatError(`expected groups of \`${type}\``);
    return { uid: { type: 'Action', id: type }, attrs: {}, parents: parents.map((id) => ({ type: 'Action', id })) };
  });
}

function sameNames(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name) => right.includes(name));
}
