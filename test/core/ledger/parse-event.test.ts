import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../../../core/json.ts';
import { isJsonObject } from '../../../core/json.ts';
import { canonicalJson } from '../../../core/ledger/canonical.ts';
import { CONTROL_CHAIN } from '../../../core/ledger/event.ts';
import { parseEvent } from '../../../core/ledger/parse-event.ts';
import { plainChain } from './sample-log.ts';

const encode = (text: string) => new TextEncoder().encode(text);

function goodText(): string {
  const [event] = plainChain(CONTROL_CHAIN, 1);
  return new TextDecoder().decode(event?.bytes);
}

function changed(changes: { readonly [name: string]: JsonValue | undefined }): Uint8Array {
  const value: JsonValue = JSON.parse(goodText());
  if (!isJsonObject(value)) throw new Error('expected an object');
  const members = Object.entries({ ...value, ...changes });
  const kept = members.flatMap(([name, member]) => (member === undefined ? [] : [[name, member] as const]));
  return encode(canonicalJson(Object.fromEntries(kept)));
}

function checkOf(bytes: Uint8Array): string {
  const parsed = parseEvent(bytes);
  return parsed.ok ? 'passed' : parsed.problem.check;
}

describe('parseEvent', () => {
  test('passes an event as it was written', () => {
    expect(checkOf(encode(goodText()))).toBe('passed');
  });

  test.each([
    ['white space', () => goodText().replace(':', ': ')],
    ['reordered members', () => goodText().replace(/^\{(.*?),(".*)\}$/, '{$2,$1}')],
    ['a duplicate key', () => goodText().replace('{"chain"', '{"chain":"x","chain"')],
    ['an escaped letter', () => goodText().replace('control', String.raw`\u0063ontrol`)],
    ['another number form', () => goodText().replace('"seq":0', '"seq":0e0')],
    ['no JSON', () => 'events'],
    ['a byte order mark', () => `\ufeff${goodText()}`],
    ['hostile nesting', () => '['.repeat(200_000)],
  ])('fails canonical_form when given %s', (_, text) => {
    expect(checkOf(encode(text()))).toBe('canonical_form');
  });

  test('fails utf8 when given a stray continuation byte', () => {
    const bytes = encode(goodText());
    bytes[20] = 0x80;
    expect(checkOf(bytes)).toBe('utf8');
  });

  test.each([
    ['event_version', { v: '2' }],
    ['event_version', { v: undefined }],
    ['event_type', { type: 'action.forgotten' }],
    ['framework_refs', { frameworkRefs: [] }],
    ['framework_refs', { frameworkRefs: [''] }],
    ['framework_refs', { frameworkRefs: undefined }],
    ['event_shape', { extra: 1 }],
    ['event_shape', { chain: 'agent/someone-else' }],
    ['event_shape', { seq: -1 }],
    ['event_shape', { seq: 1.5 }],
    ['event_shape', { prev: 'ABC' }],
    ['event_shape', { id: 'not-a-ulid' }],
    ['event_shape', { time: '2026-11-20T09:00:00Z' }],
    ['event_shape', { time: '2026-02-30T09:00:00.000Z' }],
    ['event_shape', { agent: '' }],
    ['event_shape', { chain: 7 }],
    ['event_shape', { data: [] }],
  ])('fails %s when given %j', (check, changes) => {
    expect(checkOf(changed(changes))).toBe(check);
  });

  test('fails event_shape when the line is canonical JSON but no object', () => {
    expect(checkOf(encode('[1]'))).toBe('event_shape');
  });
});
