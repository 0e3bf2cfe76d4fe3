import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';

/** Length of a raw public key. */
export const ED25519_KEY_BYTES = 32;

/** DER before the bytes of a raw key. @see RFC 8410 */
const SPKI_PREFIX_HEX = '302a300506032b6570032100';

/**
 * A raw Ed25519 public key as the runtime wants it.
 *
 * @throws {TypeError} when it is not 32 bytes
 */
export function ed25519PublicKey(raw: Uint8Array): KeyObject {
  if (raw.length !== ED25519_KEY_BYTES)
    throw new TypeError(`expected a key of ${ED25519_KEY_BYTES} bytes, got ${raw.length}`);
  const der = Buffer.concat([Buffer.from(SPKI_PREFIX_HEX, 'hex'), raw]);
  return createPublicKey({ key: der, format: 'der', type: 'spki' });
}

/** The raw key inside a SubjectPublicKeyInfo, as KMS gives it; undefined when it is of another kind. */
export function rawEd25519PublicKey(spki: Uint8Array): Uint8Array | undefined {
  const prefix = Buffer.from(SPKI_PREFIX_HEX, 'hex');
  if (spki.length !== prefix.length + ED25519_KEY_BYTES) return undefined;
  return prefix.equals(spki.subarray(0, prefix.length)) ? spki.slice(prefix.length) : undefined;
}
