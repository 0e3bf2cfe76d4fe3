import type { SubjectKey } from './subject-key.ts';

/**
 * Makes subjects' keys and encrypts to them. It holds public keys alone: what writes details cannot read them, nor ask
 * anybody to.
 */
export interface DetailsSealer {
  /** A new key pair, its private half wrapped so that only KMS, asked by the reader's role, unwraps it. */
  newKey(): SubjectKey;
  /** Encrypts to a subject's public key; `context` is authenticated and must be given again to decrypt. */
  seal(publicKey: Uint8Array, plaintext: Uint8Array, context: string): Uint8Array;
}
