import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';

/**
 * Hybrid public key encryption, base mode, one message to a key: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-GCM.
 *
 * @see RFC 9180
 */

const KEM_SUITE = bytesOf('KEM', Uint8Array.of(0, 0x20));
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** A first message's sequence number is 0, so its nonce is the base nonce. */
const BASE_MODE = Uint8Array.of(0);
const NOTHING = new Uint8Array();

/** A cipher of RFC 9180 section 7.3. */
interface Aead {
  readonly id: number;
  readonly name: 'aes-128-gcm' | 'aes-256-gcm';
  readonly keyBytes: number;
}

const AES_256_GCM: Aead = { id: 2, name: 'aes-256-gcm', keyBytes: 32 };
/** What the published test vectors use. */
export const AES_128_GCM: Aead = { id: 1, name: 'aes-128-gcm', keyBytes: 16 };

/** A raw X25519 key pair, 32 bytes each. */
export interface RawKeyPair {
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

/** Makes a key pair. */
export function newKeyPair(): RawKeyPair {
  return rawPair(generateKeyPairSync('x25519').privateKey);
}

/** The public key of a raw private key. @throws {Error} when it is not 32 bytes */
export function publicKeyOf(privateKey: Uint8Array): Uint8Array {
  return rawPair(importPrivate(privateKey)).publicKey;
}

/**
 * Encrypts one message to a public key: the encapsulated key, the ciphertext and its tag.
 *
 * @param aad authenticated, not encrypted
 * @throws {Error} when the public key is no usable X25519 key
 */
export function hpkeSeal(publicKey: Uint8Array, info: string, aad: string, plaintext: Uint8Array): Uint8Array {
  return hpkeSealWith(generateKeyPairSync('x25519').privateKey, publicKey, info, aad, plaintext);
}

/** {@link hpkeSeal} with a given ephemeral key, which must never be used twice. For test vectors. */
export function hpkeSealWith(
  ephemeral: KeyObject,
  publicKey: Uint8Array,
  info: string,
  aad: string,
  plaintext: Uint8Array,
  aead: Aead = AES_256_GCM,
): Uint8Array {
  const encapsulated = rawPair(ephemeral).publicKey;
  const shared = diffieHellman({ privateKey: ephemeral, publicKey: importPublic(publicKey) });
  const { key, nonce } = schedule(aead, shared, encapsulated, publicKey, info);
  const cipher = createCipheriv(aead.name, key, nonce).setAAD(bytesOf(aad));
  return bytesOf(encapsulated, cipher.update(plaintext), cipher.final(), cipher.getAuthTag());
}

/**
 * Decrypts what {@link hpkeSeal} made.
 *
 * @throws {Error} when key, info, aad or bytes are not those it was made with
 */
export function hpkeOpen(privateKey: Uint8Array, info: string, aad: string, sealed: Uint8Array): Uint8Array {
  if (sealed.length < KEY_BYTES + TAG_BYTES)
    throw new Error(`expected a sealed message, got \`${sealed.length}\` bytes`);
  const encapsulated = sealed.subarray(0, KEY_BYTES);
  const own = importPrivate(privateKey);
  const shared = diffieHellman({ privateKey: own, publicKey: importPublic(encapsulated) });
  const { key, nonce } = schedule(AES_256_GCM, shared, encapsulated, rawPair(own).publicKey, info);
  const decipher = createDecipheriv(AES_256_GCM.name, key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(bytesOf(aad))
    .setAuthTag(sealed.subarray(-TAG_BYTES));
  return bytesOf(decipher.update(sealed.subarray(KEY_BYTES, -TAG_BYTES)), decipher.final());
}

/** Reads a raw private key. @throws {Error} when it is not 32 bytes */
export function importPrivate(privateKey: Uint8Array): KeyObject {
  // PKCS #8 of an X25519 key (RFC 8410) is this prefix and the raw key; the public half is computed on import.
  const prefix = Buffer.from('302e020100300506032b656e04220420', 'hex');
  return createPrivateKey({ key: Buffer.concat([prefix, privateKey]), format: 'der', type: 'pkcs8' });
}

function importPublic(publicKey: Uint8Array): KeyObject {
  const prefix = Buffer.from('302a300506032b656e032100', 'hex');
  return createPublicKey({ key: Buffer.concat([prefix, publicKey]), format: 'der', type: 'spki' });
}

function rawPair(key: KeyObject): RawKeyPair {
  const { x, d } = key.export({ format: 'jwk' });
  return { publicKey: Uint8Array.from(Buffer.from(x ?? '', 'base64url')), privateKey: fromBase64url(d) };
}

function fromBase64url(text: string | undefined): Uint8Array {
  return Uint8Array.from(Buffer.from(text ?? '', 'base64url'));
}

function schedule(aead: Aead, shared: Uint8Array, encapsulated: Uint8Array, publicKey: Uint8Array, info: string) {
  const suite = bytesOf('HPKE', Uint8Array.of(0, 0x20, 0, 1, 0, aead.id));
  const extracted = labeledExtract(KEM_SUITE, NOTHING, 'eae_prk', shared);
  const kemContext = bytesOf(encapsulated, publicKey);
  const secretOfKem = labeledExpand(KEM_SUITE, extracted, 'shared_secret', kemContext, KEY_BYTES);
  const context = bytesOf(
    BASE_MODE,
    labeledExtract(suite, NOTHING, 'psk_id_hash', NOTHING),
    labeledExtract(suite, NOTHING, 'info_hash', bytesOf(info)),
  );
  const secret = labeledExtract(suite, secretOfKem, 'secret', NOTHING);
  return {
    key: labeledExpand(suite, secret, 'key', context, aead.keyBytes),
    nonce: labeledExpand(suite, secret, 'base_nonce', context, NONCE_BYTES),
  };
}

function labeledExtract(suite: Uint8Array, salt: Uint8Array, label: string, keyMaterial: Uint8Array): Uint8Array {
  return createHmac('sha256', salt)
    .update(bytesOf('HPKE-v1', suite, label, keyMaterial))
    .digest();
}

/** One block of HKDF-Expand is all that 32 bytes need. */
function labeledExpand(
  suite: Uint8Array,
  secret: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Uint8Array {
  const labeled = bytesOf(Uint8Array.of(0, length), 'HPKE-v1', suite, label, info);
  return createHmac('sha256', secret)
    .update(bytesOf(labeled, Uint8Array.of(1)))
    .digest()
    .subarray(0, length);
}

function bytesOf(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}
