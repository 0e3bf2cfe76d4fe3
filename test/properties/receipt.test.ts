import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { receiptJson } from '../../core/ledger/receipt/receipt.ts';
import { verifyReceiptOffline } from '../../core/ledger/receipt/verify-receipt.ts';
import { TEST_NOW_MS } from '../support/deps.ts';
import { givenReceipt } from '../support/receipts.ts';

const given = givenReceipt();
const trust = { certificationKeys: [given.certifier.publicKey] };
const isAccepted = (text: string) => verifyReceiptOffline(text, trust).ok;

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const index = Math.floor(bit / 8) % bytes.length;
  return bytes.map((byte, at) => (at === index ? byte ^ (1 << (bit % 8)) : byte));
}

/** The certificate and its signature. What else its event says is not signed: the log vouches for that. */
function withFlippedCertificate(entry: Uint8Array, bit: number): Uint8Array {
  const text = Buffer.from(entry);
  const [from, to] = [text.indexOf('{"certificate"'), text.indexOf(',"frameworkRefs"')];
  return Buffer.concat([text.subarray(0, from), flipped(text.subarray(from, to), bit), text.subarray(to)]);
}

describe('a receipt', () => {
  it('never verifies when a bit of payload, signature or certificate is another', () => {
    expect(isAccepted(given.text)).toBe(true);
    const part = fc.constantFrom('payload', 'signature', 'certificate');
    fc.assert(
      fc.property(part, fc.nat(100_000), (which, bit) => {
        const { envelope, epochEntry } = given.receipt;
        const altered = {
          envelope: {
            ...envelope,
            ...(which === 'payload' && { payload: flipped(envelope.payload, bit) }),
            ...(which === 'signature' && { signature: flipped(envelope.signature, bit) }),
          },
          epochEntry: which === 'certificate' ? withFlippedCertificate(epochEntry, bit) : epochEntry,
        };
        expect(isAccepted(JSON.stringify(receiptJson(altered)))).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it('never verifies when a character of its envelope is another', () => {
    const length = given.text.indexOf(',"epoch":');
    fc.assert(
      fc.property(fc.nat(length - 1), fc.constantFrom(...'Ax0/+="{}, '), (at, character) => {
        fc.pre(given.text.charAt(at) !== character);
        const text = `${given.text.slice(0, at)}${character}${given.text.slice(at + 1)}`;
        expect(isAccepted(text)).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it('verifies exactly when the event is within the epoch', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000, max: 2_000_000 }), (offsetMs) => {
        const made = givenReceipt({ timeMs: TEST_NOW_MS + offsetMs });
        const verified = verifyReceiptOffline(made.text, { certificationKeys: [made.certifier.publicKey] });
        expect(verified.ok).toBe(offsetMs >= 0 && offsetMs <= 900_000);
      }),
      { numRuns: 50 },
    );
  });
});
