import type { JsonObject, JsonValue } from '../../json.ts';
import { isJsonObject } from '../../json.ts';

/** What stands for a confidential parameter. A digest would not do: a PIN is found from its digest by trying. */
export const WITHHELD = '[withheld]';

/**
 * The parameters as a person or a record may see them: what the catalogue entry's `confidential` pointers name is
 * replaced, everything else stays as it was.
 *
 * @param confidential RFC 6901 pointers of one or more tokens
 */
export function redactParams(params: JsonObject, confidential: readonly string[]): JsonObject {
  return confidential.reduce((redacted, pointer) => withhold(redacted, pointer.split('/').slice(1)), params);
}

function withhold(value: JsonObject, [token = '', ...rest]: readonly string[]): JsonObject {
  const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
  if (!Object.hasOwn(value, name)) return value;
  const member: JsonValue | undefined = value[name];
  const isLeaf = rest.length === 0 || !isJsonObject(member);
  return { ...value, [name]: isLeaf ? WITHHELD : withhold(member, rest) };
}
