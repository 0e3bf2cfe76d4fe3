import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuiltinName, PolicyBundle } from '../core/gate/bundle.ts';
import { BUNDLE_FORMAT, loadBundle } from '../core/gate/bundle.ts';
import type { Catalogue } from '../core/gate/catalogue.ts';
import { actionGroups, decodeCatalogue } from '../core/gate/catalogue.ts';
import { decodeRelease } from '../core/gate/release.ts';
import { decodeToolMapping } from '../core/gate/tool-mapping.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import { isJsonObject } from '../core/json.ts';
import { canonicalJson } from '../core/ledger/canonical.ts';
import { sha256Hex } from '../core/ledger/hash.ts';
import { checkCatalogue, checkReach } from './bundle/check-catalogue.ts';
import { checkFramework, checkObligations, checkSignals, checkTypes } from './bundle/check-rules.ts';
import { BundleBuildError } from './bundle/error.ts';
import { readInvariants } from './bundle/invariants.ts';
import { proofOf } from './bundle/proof.ts';
import { parseRules } from './bundle/rules.ts';
import { completeSchema } from './bundle/schema.ts';

/** Where the repository keeps its policies. */
export const POLICIES_DIRECTORY = join(import.meta.dirname, '..', 'policies');

/**
 * Makes the bundle of a policies directory: parses every rule with the official parser, validates it strictly against
 * the schema, checks annotations, framework ids, catalogue and tool mappings against one another, and proves the
 * invariants of `invariants.json`.
 *
 * @throws {BundleBuildError} naming the file, and the rule where there is one
 */
export function buildBundle(policiesDirectory: string = POLICIES_DIRECTORY): PolicyBundle {
  const bundle = assembleBundle(policiesDirectory);
  return { ...bundle, proof: proofOf(bundle, readInvariants(policiesDirectory)) };
}

/**
 * The bundle of a policies directory with nothing proved about it yet: to be looked at, not to be deployed.
 *
 * @throws {BundleBuildError} as {@link buildBundle}, but for invariants
 */
export function assembleBundle(policiesDirectory: string): PolicyBundle {
  const rawCatalogue = readJson(policiesDirectory, 'catalogue.json');
  const catalogue = explained('catalogue.json', () => decodeCatalogue(rawCatalogue));
  const rules = parseRules(join(policiesDirectory, 'rules'));
  const schema = completeSchema(readFileSync(placeOf(policiesDirectory, 'schema.cedarschema'), 'utf8'), catalogue);
  const taxonomyIds = readTaxonomy(policiesDirectory);
  checkCatalogue(catalogue);
  checkTypes(rules, schema);
  checkFramework(rules, new Set(taxonomyIds));
  checkObligations(rules);
  checkSignals(rules, catalogue);
  checkReach(catalogue, rules);
  checkMappings(policiesDirectory, catalogue);
  return {
    formatVersion: BUNDLE_FORMAT,
    release: readRelease(policiesDirectory),
    policies: Object.fromEntries(rules.map(({ rule, policy }) => [rule.id, asJson(policy)])),
    rules: Object.fromEntries(rules.map(({ rule }) => [rule.id, rule])),
    builtin: readBuiltin(policiesDirectory, new Set(taxonomyIds)),
    actionGroups: Object.fromEntries([...catalogue].map(([type, entry]) => [type, actionGroups(entry)])),
    catalogue: rawCatalogue,
    schema,
    taxonomyIds,
  };
}

/** The bundle's exact bytes: RFC 8785 canonical JSON, so the same policies always give the same bytes. */
export function bundleBytes(bundle: PolicyBundle): Uint8Array {
  return new TextEncoder().encode(canonicalJson(asJson(bundle)));
}

/**
 * Builds the bundle of the repository's policies and writes it.
 *
 * @returns the SHA-256 of its bytes, hexadecimal
 */
export function writeBundle(path: string, policiesDirectory: string = POLICIES_DIRECTORY): string {
  const bytes = bundleBytes(buildBundle(policiesDirectory));
  const hash = sha256Hex(bytes);
  // A deployed function takes the bytes of this hash as checked.
  loadBundle(bytes, hash);
  writeFileSync(path, bytes);
  return hash;
}

/** What is the same for every rule set: the facts that the gate computes, its texts and the framework. */
const SHARED_FILES = ['schema.cedarschema', 'builtin.json', 'framework.json'];

/** Where a file of a policies directory is; a shared one that the directory does not have is the repository's. */
export function placeOf(directory: string, file: string): string {
  const own = join(directory, file);
  return SHARED_FILES.includes(file) && !existsSync(own) ? join(POLICIES_DIRECTORY, file) : own;
}

function readJson(directory: string, file: string): JsonObject {
  return explained(file, () => {
    const value: JsonValue = JSON.parse(readFileSync(placeOf(directory, file), 'utf8'));
    if (isJsonObject(value)) return value;
    throw new Error('expected an object');
  });
}

/** A directory that says nothing of its release makes a first one. */
function readRelease(directory: string): PolicyBundle['release'] {
  const file = 'release.json';
  if (!existsSync(join(directory, file))) return { sequence: 1, name: 'first' };
  return explained(file, () => decodeRelease(readJson(directory, file), 'release'));
}

/** The ids of the framework that rules may refer to, sorted. */
export function readTaxonomy(directory: string): readonly string[] {
  const taxonomy = readJson(directory, 'framework.json');
  const ids = ['risks', 'mitigations'].flatMap((list) => {
    const entries = taxonomy[list];
    if (!Array.isArray(entries)) throw new BundleBuildError('framework.json', undefined, `expected a list \`${list}\``);
    return entries.map((entry: JsonObject) => String(entry['id']));
  });
  return ids.sort();
}

function readBuiltin(directory: string, taxonomy: ReadonlySet<string>): PolicyBundle['builtin'] {
  const file = 'builtin.json';
  const texts = readJson(directory, file);
  const read = (name: BuiltinName): PolicyBundle['builtin'][BuiltinName] => {
    const { id, text, frameworkRefs } = isJsonObject(texts[name]) ? texts[name] : {};
    const refs = Array.isArray(frameworkRefs) ? frameworkRefs.map(String) : [];
    if (
      typeof id !== 'string' ||
      typeof text !== 'string' ||
      refs.length === 0 ||
      !refs.every((ref) => taxonomy.has(ref))
    )
      throw new BundleBuildError(file, name, 'expected an id, a text and framework ids of the taxonomy');
    return { id, text, frameworkRefs: refs };
  };
  return {
    'default-deny': read('default-deny'),
    'rule-error': read('rule-error'),
    'unknown-type': read('unknown-type'),
    'malformed-facts': read('malformed-facts'),
    'storage-fault': read('storage-fault'),
    contention: read('contention'),
  };
}

function checkMappings(directory: string, catalogue: Catalogue): void {
  for (const name of readdirSync(join(directory, 'tools')).filter((file) => file.endsWith('.json'))) {
    const file = `tools/${name}`;
    const mapping = explained(file, () => decodeToolMapping(readJson(directory, file)));
    for (const [tool, { type, resource }] of mapping.types) {
      const entry = catalogue.get(type);
      if (entry === undefined)
        throw new BundleBuildError(file, undefined, `\`${tool}\`: expected a known type, got \`${type}\``);
      if (!resource.startsWith(`${entry.resource.kind}/`))
        throw new BundleBuildError(
          file,
          undefined,
          `\`${tool}\`: expected a resource of kind \`${entry.resource.kind}\``,
        );
    }
  }
}

/** What the parser and the builder hold are plain JSON values; serialising proves it. */
function asJson(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value));
}

function explained<Value>(file: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof BundleBuildError) throw error;
    throw new BundleBuildError(file, undefined, error instanceof Error ? error.message : String(error));
  }
}

if (import.meta.main) {
  const [path, directory] = process.argv.slice(2);
  if (path === undefined) throw new Error('expected the path of the bundle to write');
  process.stdout.write(`${writeBundle(path, directory)}\n`);
}
