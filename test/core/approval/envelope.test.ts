import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase64Url, toBase64Url } from '../../../core/approval/base64url.ts';
import type { EnvelopePayload } from '../../../core/approval/envelope.ts';
import { ENVELOPE_MAX_BYTES, encodeEnvelope, parseEnvelope } from '../../../core/approval/envelope.ts';

const payload: EnvelopePayload = {
  v: '1',
  envelopeId: '01TEST',
  actionId: 'act_1',
  actionDigest: 'd'.repeat(64),
  agentId: '1:a',
  approver: 'p1_x',
  manager: false,
  slot: 1,
  approvedAt: '2026-11-20T09:00:00.000Z',
  sealedAt: '2026-11-20T09:00:01.000Z',
  expiresAt: '2026-11-20T09:01:31.000Z',
};

const bytesOf = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const canonicalWith = (change: object) => {
  const entries = Object.entries({ ...payload, ...change }).sort(([left], [right]) => (left < right ? -1 : 1));
  return bytesOf(Object.fromEntries(entries));
};

describe('parseEnvelope', () => {
  it('returns what was encoded when the bytes are canonical', () => {
    expect(parseEnvelope(encodeEnvelope(payload))).toEqual({ ok: true, value: payload });
  });

  it('accepts the canonical fixture the malformed ones below are made from', () => {
    expect(parseEnvelope(canonicalWith({})).ok).toBe(true);
  });

  it.each([
    ['empty', bytesOf('')],
    ['not json', bytesOf('{')],
    ['a list', bytesOf([])],
    ['null', bytesOf('null')],
    ['invalid utf-8', Uint8Array.of(0x7b, 0xff, 0x7d)],
    ['byte order mark', Uint8Array.of(0xef, 0xbb, 0xbf, ...encodeEnvelope(payload))],
    ['other key order', bytesOf(payload)],
    ['trailing space', Uint8Array.of(...encodeEnvelope(payload), 0x20)],
    ['a field too many', canonicalWith({ zz: 1 })],
    ['another version', canonicalWith({ v: '2' })],
    ['manager as text', canonicalWith({ manager: 'true' })],
    ['slot zero', canonicalWith({ slot: 0 })],
    ['slot as a fraction', canonicalWith({ slot: 1.5 })],
    ['an empty approver', canonicalWith({ approver: '' })],
    ['a number as id', canonicalWith({ envelopeId: 7 })],
    ['a date without time', canonicalWith({ expiresAt: '2026-11-20' })],
    ['a date that is none', canonicalWith({ sealedAt: '2026-11-31T00:00:00.000Z' })],
    ['a missing field', canonicalWith({ approver: undefined })],
    ['a repeated key', bytesOf(new TextDecoder().decode(encodeEnvelope(payload)).replace('{', '{"actionDigest":"x",'))],
    ['too long', bytesOf('x'.repeat(ENVELOPE_MAX_BYTES + 1))],
  ])('refuses it when it is %s', (_name, bytes) => {
    expect(parseEnvelope(bytes)).toEqual({ ok: false, problem: 'envelope_malformed' });
  });

  it('never throws when the bytes are arbitrary', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => !parseEnvelope(bytes).ok));
  });

  it('keeps fields apart when text moves across a boundary', () => {
    const shifted = { ...payload, actionId: 'act_1x', agentId: ':a' };
    expect(encodeEnvelope({ ...payload, actionId: 'act_1', agentId: 'x:a' })).not.toEqual(encodeEnvelope(shifted));
  });

  it('throws when a payload is longer than a mac can cover', () => {
    expect(() => encodeEnvelope({ ...payload, approver: 'x'.repeat(ENVELOPE_MAX_BYTES) })).toThrow(RangeError);
  });
});

describe('fromBase64Url', () => {
  it('returns the bytes that were written', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
      }),
    );
  });

  it.each(['AA==', 'A', 'AB', 'A A', 'AA\n', '+/8', 'é'])('refuses %j, which is not the one spelling', (text) => {
    expect(fromBase64Url(text)).toBeUndefined();
  });
});
