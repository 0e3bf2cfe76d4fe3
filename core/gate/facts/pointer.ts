import type { JsonValue } from '../../json.ts';
import { isJsonObject } from '../../json.ts';

/**
 * The value an RFC 6901 pointer names; `undefined` when there is none. Only own members count, so `/constructor`
 * never finds one.
 *
 * @see RFC 6901
 */
export function resolvePointer(value: JsonValue, pointer: string): JsonValue | undefined {
  let current: JsonValue | undefined = value;
  for (const token of pointer.split('/').slice(1)) {
    if (!isJsonObject(current)) return undefined;
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    current = Object.hasOwn(current, name) ? current[name] : undefined;
  }
  return current;
}
