import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

/** DER before the 32 bytes of an Ed25519 seed (RFC 8410). */
const PKCS8_PREFIX_HEX = '302e020100300506032b657004220420';

/** A key pair made from a public label: the same in every run, and worth nothing as a secret. */
export function ed25519Pair(label: string): { readonly publicKey: Uint8Array; readonly privateKey: KeyObject } {
  const seed = createHash('sha256').update(`test key ${label}`).digest();
  const der = Buffer.concat([Buffer.from(PKCS8_PREFIX_HEX, 'hex'), seed]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return { publicKey: new Uint8Array(spki.subarray(-32)), privateKey };
}
