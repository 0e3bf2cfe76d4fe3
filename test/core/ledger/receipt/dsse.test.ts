import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../../core/json.ts';
import { envelopeJson, preAuthEncoding, readEnvelope } from '../../../../core/ledger/receipt/dsse.ts';

const payload = new TextEncoder().encode('hello world');
const envelope = { payload, keyId: 'k', signature: new Uint8Array(64).fill(7) };
const json = envelopeJson(envelope);

describe('preAuthEncoding', () => {
  it('is the one of the protocol when its example is encoded', () => {
    const encoded = preAuthEncoding('http://example.com/HelloWorld', payload);
    expect(new TextDecoder().decode(encoded)).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
  });

  it('counts bytes when a type is not ASCII', () => {
    expect(new TextDecoder().decode(preAuthEncoding('é', new Uint8Array()))).toBe('DSSEv1 2 é 0 ');
  });
});

describe('readEnvelope', () => {
  it('gives back what was written when it is an envelope', () => {
    expect(readEnvelope(JSON.parse(JSON.stringify(json)))).toEqual({ ok: true, value: envelope });
  });

  const [signature] = json['signatures'] as readonly [JsonValue];
  const cases: readonly (readonly [string, JsonValue])[] = [
    ['it is no object', []],
    ['a member is missing', { payload: 'aGk=', signatures: [signature] }],
    ['there is one member more', { ...json, extra: 1 }],
    ['the payload type is another', { ...json, payloadType: 'application/json' }],
    ['the payload is base64url', { ...json, payload: '-_8=' }],
    ['the payload lacks its padding', { ...json, payload: 'aGk' }],
    ['the payload is empty', { ...json, payload: '' }],
    ['nobody signed', { ...json, signatures: [] }],
    ['two signed', { ...json, signatures: [signature, signature] }],
    ['a signature has another member', { ...json, signatures: [{ keyid: 'k', sig: 'AA==', cert: '' }] }],
    ['the key has no name', { ...json, signatures: [{ keyid: '', sig: Buffer.alloc(64).toString('base64') }] }],
    ['the signature is short', { ...json, signatures: [{ keyid: 'k', sig: Buffer.alloc(63).toString('base64') }] }],
  ];

  it.each(cases)('refuses when %s', (_, value) => {
    expect(readEnvelope(value)).toMatchObject({ ok: false, problem: { code: 'receipt_malformed' } });
  });
});
