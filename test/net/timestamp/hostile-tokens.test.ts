import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isStrictDer } from '../../../net/timestamp/strict-der.ts';
import { verifyTimestamp } from '../../../net/timestamp/timestamp-verify.ts';
import { DATA, keyFor, makeToken } from '../../support/timestamps.ts';

const { token, expected } = makeToken();
const original = verifyTimestamp(token, DATA, expected);

/** The status `granted`, which no signature covers; `grantedWithMods` is accepted too. */
const STATUS_AT = 8;

function changed(index: number, value: number): Uint8Array {
  const copy = Uint8Array.from(token);
  copy[index] = value;
  return copy;
}

/** A few bytes replaced, a part cut out, repeated or moved. */
const mutation = fc.oneof(
  fc
    .array(fc.tuple(fc.nat(token.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
    .map((edits) =>
      edits.reduce((bytes, [index, value]) => bytes.fill(value, index, index + 1), Uint8Array.from(token)),
    ),
  fc
    .tuple(fc.nat(token.length), fc.nat(token.length), fc.nat(token.length))
    .map(([from, to, at]) =>
      Buffer.concat([
        token.subarray(0, at),
        token.subarray(Math.min(from, to), Math.max(from, to)),
        token.subarray(at),
      ]),
    ),
  fc
    .tuple(fc.nat(token.length), fc.nat(token.length))
    .map(([from, to]) => Buffer.concat([token.subarray(0, Math.min(from, to)), token.subarray(Math.max(from, to))])),
);

describe('a mutated token', () => {
  it('never verifies when one bit of any byte but the status is flipped', () => {
    const accepted = [...token].flatMap((byte, index) => {
      const bytes = changed(index, byte ^ (1 << ((index * 5) % 8)));
      return verifyTimestamp(bytes, DATA, expected).ok ? [index] : [];
    });
    expect(accepted).toEqual([STATUS_AT]);
  });

  it('says the same when only its status changes from granted to granted with modifications', () => {
    expect(verifyTimestamp(changed(STATUS_AT, 1), DATA, expected)).toEqual(original);
    for (let status = 2; status < 256; status += 1)
      expect(verifyTimestamp(changed(STATUS_AT, status), DATA, expected)).toMatchObject({ ok: false });
  });

  it('never throws, and never says anything else, when bytes are replaced, cut, repeated or moved', () => {
    fc.assert(
      fc.property(mutation, (bytes) => {
        const result = verifyTimestamp(bytes, DATA, expected);
        if (result.ok) expect([bytes.length, result]).toEqual([token.length, original]);
      }),
      { numRuns: 600 },
    );
  });

  it('never throws when it is any bytes at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(verifyTimestamp(bytes, DATA, expected).ok).toBe(false);
      }),
    );
  });

  it('never throws when it is DER of any shape', () => {
    fc.assert(
      fc.property(anyDer(4), (bytes) => {
        expect(isStrictDer(bytes)).toBe(true);
        expect(verifyTimestamp(bytes, DATA, expected).ok).toBe(false);
      }),
    );
  });
});

describe('any certificate text', () => {
  it('never throws when it is mutated', () => {
    const [pem = ''] = makeToken({ root: { key: keyFor('root', 'rsa2048') } }).expected.trustAnchors;
    const der = Buffer.from(pem.replace(/-.*-|\s/g, ''), 'base64');
    const text = fc.tuple(fc.nat(der.length - 1), fc.nat(255)).map(([index, value]) => {
      const copy = Buffer.from(der);
      copy[index] = value;
      return `-----BEGIN CERTIFICATE-----\n${copy.toString('base64')}\n-----END CERTIFICATE-----\n`;
    });
    fc.assert(
      fc.property(text, (anchor) => {
        expect(verifyTimestamp(token, DATA, { ...expected, trustAnchors: [anchor] })).toMatchObject({ ok: false });
      }),
      { numRuns: 200 },
    );
  });
});

/** Values of the types that occur in a token, nested up to `depth`. */
function anyDer(depth: number): fc.Arbitrary<Uint8Array> {
  const leaf = fc
    .tuple(fc.constantFrom(0x04, 0x0c, 0x13, 0x80, 0x81), fc.uint8Array({ maxLength: 40 }))
    .map(([tag, content]) => value(tag, content));
  const fixed = fc.constantFrom('020100', '020103', '0500', '0101ff', '06092a864886f70d010702', '0303010203');
  const known = fixed.map((hex) => Buffer.from(hex, 'hex'));
  if (depth === 0) return fc.oneof(leaf, known);
  const inner = fc.array(anyDer(depth - 1), { maxLength: 5 });
  const nested = fc
    .tuple(fc.constantFrom(0x30, 0x31, 0xa0, 0xa1), inner)
    .map(([tag, parts]) => value(tag, Buffer.concat(parts)));
  return fc.oneof({ weight: 3, arbitrary: nested }, { weight: 1, arbitrary: known }, { weight: 1, arbitrary: leaf });
}

function value(tag: number, content: Uint8Array): Uint8Array {
  const { length } = content;
  const bytes = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...bytes), content]);
}
