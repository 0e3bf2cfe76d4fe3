import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { policyToJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { Invariant, ParsedInvariant } from '../../core/gate/proof/invariant.ts';
import { CHECKERS } from '../../core/gate/proof/invariant.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { isJsonObject } from '../../core/json.ts';
import { canonicalJson } from '../../core/ledger/canonical.ts';
import { BundleBuildError } from './error.ts';
import { messages } from './rules.ts';

const FILE = 'invariants.json';
const MEMBERS = ['id', 'text', 'checker', 'actions', 'when'];
const INVARIANT_ID = /^INV-[A-Z0-9]+(-[A-Z0-9]+)*$/;
/** What this repository asks of every rule set. */
const BASELINE_DIRECTORY = join(import.meta.dirname, '../../policies');

/**
 * What a policies directory must keep: the repository's own invariants, and those it adds in `invariants.json`. One that
 * repeats an id of the repository must say the same.
 *
 * @throws {BundleBuildError} on a malformed invariant
 */
export function readInvariants(directory: string): readonly ParsedInvariant[] {
  const found = new Map<string, Invariant>();
  for (const invariant of [...readFile(BASELINE_DIRECTORY), ...readFile(directory)]) {
    const earlier = found.get(invariant.id);
    if (earlier !== undefined && !isSame(earlier, invariant))
      throw new BundleBuildError(FILE, invariant.id, 'expected what the repository says under the same id');
    found.set(invariant.id, invariant);
  }
  return [...found.values()].map(parseInvariant);
}

function isSame(left: Invariant, right: Invariant): boolean {
  return canonicalJson({ ...left }) === canonicalJson({ ...right });
}

function readFile(directory: string): readonly Invariant[] {
  const path = join(directory, FILE);
  if (!existsSync(path)) return [];
  const list: JsonValue = JSON.parse(readFileSync(path, 'utf8'));
  if (!Array.isArray(list)) throw new BundleBuildError(FILE, undefined, 'expected a list');
  const ids = list.map((item) => decodeInvariant(item).id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new BundleBuildError(FILE, twice, 'expected a unique id');
  return list.map(decodeInvariant);
}

function decodeInvariant(value: JsonValue): Invariant {
  if (!isJsonObject(value)) throw new BundleBuildError(FILE, undefined, 'expected objects');
  const { id, text, checker, actions, when } = value;
  const fail = (problem: string): BundleBuildError => new BundleBuildError(FILE, String(id), problem);
  if (typeof id !== 'string' || !INVARIANT_ID.test(id)) throw fail('expected an id like `INV-TWO-PEOPLE`');
  if (typeof text !== 'string' || !text.endsWith('.')) throw fail('expected a text that ends with a full stop');
  const stray = Object.keys(value).find((name) => !MEMBERS.includes(name));
  if (stray !== undefined) throw fail(`unexpected member \`${stray}\``);
  const known = CHECKERS.find((name) => name === checker);
  if (known === undefined) throw fail(`expected a checker \`${CHECKERS.join('`, `')}\``);
  if ((known === 'never-allow') !== (typeof when === 'string'))
    throw fail('expected `when` exactly with `never-allow`');
  if (actions !== undefined && !isTextList(actions)) throw fail('expected `actions` to be a list of names');
  return {
    id,
    text,
    checker: known,
    ...(isTextList(actions) && { actions }),
    ...(typeof when === 'string' && { when }),
  };
}

/**
 * Parses the condition of an invariant with the official parser.
 *
 * @throws {BundleBuildError} when it is no Cedar condition
 */
export function parseInvariant(invariant: Invariant): ParsedInvariant {
  if (invariant.when === undefined) return invariant;
  const answer = policyToJson(`forbid (principal, action, resource) when { ${invariant.when} };`);
  if (answer.type === 'failure') throw new BundleBuildError(FILE, invariant.id, messages(answer.errors));
  const condition: JsonObject = JSON.parse(JSON.stringify(answer.json));
  return { ...invariant, condition };
}

function isTextList(value: JsonValue | undefined): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string');
}
