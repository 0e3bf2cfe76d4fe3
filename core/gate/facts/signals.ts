import type { JsonObject, JsonValue } from '../../json.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import { resolvePointer } from './pointer.ts';

/** A named observation about parameters. A signal may only tighten what rules ask for: agents choose parameters. */
export interface SignalRule {
  readonly name: string;
  readonly test: SignalTest;
}

/** When a signal shows. */
export type SignalTest =
  | { readonly kind: 'equals'; readonly pointer: string; readonly value: JsonValue }
  /** Any of the pointers has a value that is neither null nor an empty text. */
  | { readonly kind: 'present'; readonly pointers: readonly string[] }
  /** Two of the pointers hold the same value. */
  | { readonly kind: 'repeated'; readonly pointers: readonly string[] };

/** The names of the signals that show, sorted and without repetition. */
export function signalsOf(rules: readonly SignalRule[], params: JsonObject): readonly string[] {
  const shown = rules.filter((rule) => shows(rule.test, params)).map((rule) => rule.name);
  return [...new Set(shown)].sort();
}

function shows(test: SignalTest, params: JsonObject): boolean {
  switch (test.kind) {
    case 'equals':
      return resolvePointer(params, test.pointer) === test.value;
    case 'present':
      return test.pointers.some((pointer) => isGiven(resolvePointer(params, pointer)));
    case 'repeated': {
      const values = test.pointers.map((pointer) => resolvePointer(params, pointer)).filter(isGiven);
      return new Set(values.map(canonicalJson)).size < values.length;
    }
  }
}

/** False for what changes nothing when sent: nothing, null and the empty text. */
export function isGiven(value: JsonValue | undefined): value is JsonValue {
  return value !== undefined && value !== null && value !== '';
}
