import type { JsonValue } from '../../json.ts';
import { isJsonObject } from '../../json.ts';
import { canonicalJson } from '../canonical.ts';
import type { LedgerEvent } from '../parse-event.ts';
import { parseEvent } from '../parse-event.ts';
import { predicateOf } from '../statement.ts';

/** The event of an entry whose form is not canonical, as a lenient parser reads it; undefined when it is no event. */
export function lenientEvent(entry: Uint8Array): LedgerEvent | undefined {
  const bytes = predicateOf(entry);
  if (bytes === undefined) return undefined;
  try {
    const value: JsonValue = JSON.parse(Buffer.from(bytes).toString('utf8'));
    const event = isJsonObject(value) ? parseEvent(Buffer.from(canonicalJson(value))) : undefined;
    return event?.ok === true ? event.value : undefined;
  } catch {
    // Not JSON at all.
    return undefined;
  }
}
