import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../core/json.ts';
import { agentChain, CONTROL_CHAIN, chainEvent, emptyChain, genesisHash } from '../../../core/ledger/event.ts';
import { leafHash, sha256Hex } from '../../../core/ledger/hash.ts';
import { parseEvent } from '../../../core/ledger/parse-event.ts';
import { freshId } from './sample-log.ts';

const DRAFT = { type: 'control.veto_raised', frameworkRefs: ['AIR-OP-018'], data: { reason: 'drill' } } as const;

describe('hashes', () => {
  test('hashes the empty string to its known digest', () => {
    expect(sha256Hex('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  test('gives the leaf hash of an empty entry that RFC 9162 test vectors hold', () => {
    expect(leafHash(new Uint8Array())).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
  });

  test('prefixes the leaf so that no bytes hash like their leaf', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(leafHash(bytes)).toBe(
          createHash('sha256')
            .update(Buffer.concat([Buffer.of(0), bytes]))
            .digest('hex'),
        );
        expect(leafHash(bytes)).not.toBe(sha256Hex(bytes));
      }),
    );
  });
});

describe('chainEvent', () => {
  test('writes the exact bytes of the format when given a first control event', () => {
    const id = '01JD3Q0000000000000000000A';
    const event = chainEvent(CONTROL_CHAIN, emptyChain(CONTROL_CHAIN), DRAFT, id, Date.UTC(2026, 10, 20, 9));
    expect(new TextDecoder().decode(event.bytes)).toBe(
      `{"chain":"control","data":{"reason":"drill"},"frameworkRefs":["AIR-OP-018"],"id":"${id}",` +
        `"prev":"${sha256Hex('countersign/genesis/v1\ncontrol')}","seq":0,"time":"2026-11-20T09:00:00.000Z",` +
        `"type":"control.veto_raised","v":"1"}`,
    );
    expect(new TextDecoder().decode(event.entry)).toBe(
      `{"_type":"https://in-toto.io/Statement/v1","predicate":${new TextDecoder().decode(event.bytes)},` +
        `"predicateType":"urn:countersign:event:v1","subject":[{"digest":` +
        `{"sha256":"${sha256Hex('countersign/genesis/v1\ncontrol')}"},"name":"control"}]}`,
    );
    expect(event.hash).toBe(leafHash(event.entry));
  });

  test('gives different chains different genesis hashes', () => {
    expect(genesisHash(agentChain('a'))).not.toBe(genesisHash(CONTROL_CHAIN));
  });

  test('keeps the last time when the clock stepped back', () => {
    const position = { ...emptyChain(CONTROL_CHAIN), lastTimeMs: 5_000 };
    expect(chainEvent(CONTROL_CHAIN, position, DRAFT, freshId(), 4_000).timeMs).toBe(5_000);
  });

  test('throws when a draft has no framework reference', () => {
    const draft = { ...DRAFT, frameworkRefs: [] };
    expect(() => chainEvent(CONTROL_CHAIN, emptyChain(CONTROL_CHAIN), draft, freshId(), 0)).toThrow(
      'expected a framework reference on `control.veto_raised`, got none',
    );
  });

  test('throws when the draft of an agent’s chain is of another agent', () => {
    const chain = agentChain('a:b');
    expect(() => chainEvent(chain, emptyChain(chain), { ...DRAFT, agentId: 'a:c' }, freshId(), 0)).toThrow(
      'expected an event of `agent/a:b`, got one of `a:c`',
    );
  });

  test('writes events that the strict parser reads back whole', () => {
    const data = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(data, fc.integer({ min: 0, max: 8.64e15 }), fc.boolean(), (record, timeMs, isAgents) => {
        const wellFormed: JsonObject = JSON.parse(JSON.stringify(record));
        fc.pre(JSON.stringify(record).isWellFormed() && timeMs < Date.UTC(10_000, 0));
        const chain = isAgents ? agentChain('a:b') : 'control';
        const draft = { ...DRAFT, data: wellFormed };
        const event = chainEvent(chain, emptyChain(chain), draft, freshId(), timeMs);
        expect(parseEvent(event.bytes)).toEqual({
          ok: true,
          value: {
            ...draft,
            ...(isAgents && { agentId: 'a:b' }),
            chain,
            seq: 0,
            prev: genesisHash(chain),
            id: event.id,
            timeMs,
          },
        });
      }),
    );
  });
});
