import * as v from 'valibot';
import { fromBase64 } from '../../core/base64.ts';
import { ED25519_KEY_BYTES } from '../../core/ed25519.ts';

const SIGNATURE_BYTES = 64;

const bytes = (length: number) =>
  v.pipe(
    v.string(),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const decoded = fromBase64(dataset.value);
      if (decoded?.length === length) return decoded;
      addIssue({ message: `expected ${length} bytes in base64` });
      return NEVER;
    }),
  );

const count = v.pipe(v.number(), v.safeInteger('expected a whole number'), v.minValue(0, 'expected 0 or more'));

/** What a function asks of `certify-epoch`. */
export const EpochRequestSchema = v.strictObject({
  publicKey: bytes(ED25519_KEY_BYTES),
  issuedTo: v.pipe(v.string(), v.regex(/^[a-z][a-z-]{0,63}$/, 'expected the name of a function')),
  notBeforeMs: count,
  proof: bytes(SIGNATURE_BYTES),
  retires: v.exactOptional(
    v.strictObject({ publicKey: bytes(ED25519_KEY_BYTES), receipts: count, signature: bytes(SIGNATURE_BYTES) }),
  ),
});
