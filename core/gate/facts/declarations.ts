import type { JsonObject, JsonValue } from '../../json.ts';
import { JsonReader } from './json-reader.ts';
import type { SignalRule, SignalTest } from './signals.ts';
import type { FactSources, KeyPart } from './sources.ts';
import { FACT_KINDS } from './sources.ts';

/**
 * Reads which facts an entry needs: per kind a list of `resource.id` and `params.<name>`.
 *
 * @throws {JsonFormatError} on an unknown kind or part
 */
export function decodeFactSources(value: JsonObject, at: string): FactSources {
  const reader = new JsonReader(value, at);
  reader.only(FACT_KINDS);
  return Object.fromEntries(
    FACT_KINDS.filter((kind) => reader.has(kind)).map((kind) => [
      kind,
      reader.texts(kind).map((text) => decodePart(text, reader, kind)),
    ]),
  );
}

function decodePart(text: string, reader: JsonReader, kind: string): KeyPart {
  if (text === 'resource.id') return { from: 'resource' };
  const name = /^params\.([a-z_]+)$/i.exec(text)?.[1];
  if (name === undefined) throw reader.wrong(kind, 'made of `resource.id` and `params.<name>`');
  return { from: 'params', pointer: `/${name}` };
}

/**
 * Reads an entry's signals.
 *
 * @throws {JsonFormatError} on an unknown test
 */
export function decodeSignals(values: readonly JsonValue[], at: string): readonly SignalRule[] {
  return values.map((value, index) => {
    const place = `${at}[${index}]`;
    const reader = new JsonReader(value, place);
    reader.only(['name', 'equals', 'present', 'repeated']);
    return { name: reader.text('name'), test: decodeTest(reader, place) };
  });
}

function decodeTest(reader: JsonReader, at: string): SignalTest {
  if (reader.has('equals')) {
    const body = reader.object('equals');
    const equals = new JsonReader(body, `${at}.equals`);
    equals.only(['pointer', 'value']);
    return { kind: 'equals', pointer: equals.text('pointer'), value: body['value'] ?? null };
  }
  const kind = reader.has('present') ? 'present' : 'repeated';
  const body = new JsonReader(reader.object(kind), `${at}.${kind}`);
  body.only(['pointers']);
  return { kind, pointers: body.texts('pointers') };
}
