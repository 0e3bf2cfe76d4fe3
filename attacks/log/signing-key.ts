import { generateKeyPairSync, sign } from 'node:crypto';

/** An Ed25519 key pair, the public key raw. */
export interface SigningKey {
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/** A fresh key. */
export function signingKey(): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    publicKey: new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)),
    sign: (message) => sign(null, message, privateKey),
  };
}
