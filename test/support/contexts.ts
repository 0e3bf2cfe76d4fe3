import * as fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { isJsonObject } from '../../core/json.ts';
import { baseContext } from '../policies/cases.ts';
import { testBundle } from './gate.ts';

const signalNames = [...testBundle.catalogue.values()].flatMap((entry) => entry.signals.map(({ name }) => name));

/** Contexts of the deployed shape: mostly ordinary, so that interesting rules are not drowned by denials. */
export const anyContext: fc.Arbitrary<JsonObject> = fc.record(
  Object.fromEntries(Object.entries(baseContext).map(([group, facts]) => [group, factsLike(facts)])),
);

/** Action types of the deployed catalogue. */
export const anyActionType = fc.constantFrom(...testBundle.catalogue.keys());

function factsLike(facts: JsonValue): fc.Arbitrary<JsonValue> {
  if (!isJsonObject(facts)) return fc.subarray(signalNames, { maxLength: 4 });
  return fc.record(
    Object.fromEntries(
      Object.entries(facts).map(([name, value]) => [
        name,
        typeof value === 'boolean'
          ? fc.oneof({ weight: 15, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: fc.boolean() })
          : fc.oneof(fc.constant(value), fc.integer({ min: 0, max: 5 }), fc.maxSafeNat()),
      ]),
    ),
  );
}
