import type { JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';
import { canonicalJson } from '../ledger/canonical.ts';

/**
 * True when `text` is the RFC 8785 canonical form of `value`, which was parsed from it. Quick for what is canonical: the
 * language writes the same text when keys are in order and no text is ill-formed; anything else is looked at slowly.
 *
 * @throws {CanonicalFormError} when `value` has no canonical form
 */
export function isCanonicalText(text: string, value: JsonValue): boolean {
  const mayBeIllFormed = text.includes('\\ud');
  if (!mayBeIllFormed && hasSortedKeys(value) && JSON.stringify(value) === text) return true;
  return canonicalJson(value) === text;
}

function hasSortedKeys(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.every(hasSortedKeys);
  if (!isJsonObject(value)) return true;
  let previous = '';
  // Parsed JSON has own members only, and this loop is the quickest over them.
  for (const key in value) {
    if (key < previous) return false;
    previous = key;
    const member = value[key];
    if (member !== undefined && !hasSortedKeys(member)) return false;
  }
  return true;
}
