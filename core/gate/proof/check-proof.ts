import type { JsonObject, JsonValue } from '../../json.ts';
import { isJsonObject } from '../../json.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import type { CompiledBundle } from '../bundle.ts';
import { JsonFormatError, JsonReader } from '../facts/json-reader.ts';
import { bundleProof } from './bundle-proof.ts';
import type { ParsedInvariant } from './invariant.ts';
import { CHECKERS } from './invariant.ts';
import { proveBundle } from './prove.ts';

/**
 * True when a bundle has a proof, and proving its invariants again gives exactly that proof. Nothing is taken on trust
 * but that the invariants are the wanted ones, which whoever approves the bundle reads in it.
 *
 * @param bundle the document as read; `compiled` is the same, compiled
 * @throws {JsonFormatError} when the proof is malformed
 * @throws {UnprovableRule} on a rule or an invariant that says more than facts can tell
 */
export function isProved(bundle: JsonObject, compiled: CompiledBundle): boolean {
  const { proof } = bundle;
  if (!isJsonObject(proof)) return false;
  const invariants = provedInvariants(bundle);
  if (invariants.length === 0) return false;
  const report = proveBundle(compiled, invariants);
  if (!report.ok) return false;
  const again: JsonValue = JSON.parse(JSON.stringify(bundleProof(bundle, report)));
  return canonicalJson(proof) === canonicalJson(again);
}

/**
 * The invariants that a bundle says were proved.
 *
 * @throws {JsonFormatError} when they are malformed
 */
export function provedInvariants(bundle: JsonObject): readonly ParsedInvariant[] {
  return new JsonReader(bundle['proof'], 'bundle.proof').list('invariants').map(decodeProved);
}

function decodeProved(value: JsonValue, index: number): ParsedInvariant {
  const at = `bundle.proof.invariants[${index}]`;
  const reader = new JsonReader(value, at);
  reader.only(['id', 'text', 'checker', 'actions', 'when', 'condition', 'cases']);
  const checker = reader.oneOf('checker', CHECKERS);
  if ((checker === 'never-allow') !== reader.has('condition'))
    throw new JsonFormatError(`expected \`${at}.condition\` exactly with \`never-allow\``);
  return {
    id: reader.text('id'),
    text: reader.text('text'),
    checker,
    ...(reader.has('actions') && { actions: reader.texts('actions') }),
    ...(reader.has('when') && { when: reader.text('when') }),
    ...(reader.has('condition') && { condition: reader.object('condition') }),
  };
}
