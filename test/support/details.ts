import { constants, generateKeyPairSync, privateDecrypt } from 'node:crypto';
import { PublicKeySealer } from '../../aws/details-keys.ts';
import { hpkeOpen } from '../../aws/hpke.ts';
import type { SubjectKey } from '../../core/records/subject-key.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });

/** A sealer as the product has it, under a details key of the test's own. */
export const testSealer = new PublicKeySealer(rsa.publicKey);

/** Reads what {@link testSealer} sealed. @throws {Error} when key, context or bytes are others */
export function openSealed(key: SubjectKey, sealed: Uint8Array, context: string): Uint8Array {
  const options = { key: rsa.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
  return hpkeOpen(privateDecrypt(options, key.wrapped), 'countersign/details/v1', context, sealed);
}
