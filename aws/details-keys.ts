import { constants, createPublicKey, type KeyObject, publicEncrypt } from 'node:crypto';
import type { KMSClient } from '@aws-sdk/client-kms';
import { DecryptCommand, GetPublicKeyCommand } from '@aws-sdk/client-kms';
import type { DetailsSealer } from '../core/records/ports.ts';
import type { SubjectKey } from '../core/records/subject-key.ts';
import { hpkeOpen, hpkeSeal, newKeyPair, publicKeyOf } from './hpke.ts';

/** What every sealed message says it is for. */
const INFO = 'countersign/details/v1';

/** Thrown when KMS could not answer, or a key is not the one that was stored. */
export class DetailsKeyFault extends Error {
  override readonly name = 'DetailsKeyFault';
  readonly code = 'details_key_fault';
}

/**
 * Makes and uses subjects' keys with the public half of the details key alone, so that no decision waits for KMS and
 * nothing in this process could read what it wrote.
 */
export class PublicKeySealer implements DetailsSealer {
  readonly #detailsKey: KeyObject;

  /** @param detailsKey RSA public key */
  constructor(detailsKey: KeyObject) {
    this.#detailsKey = detailsKey;
  }

  newKey(): SubjectKey {
    const { publicKey, privateKey } = newKeyPair();
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    return { publicKey, wrapped: publicEncrypt({ key: this.#detailsKey, padding, oaepHash: 'sha256' }, privateKey) };
  }

  seal(publicKey: Uint8Array, plaintext: Uint8Array, context: string): Uint8Array {
    return hpkeSeal(publicKey, INFO, context, plaintext);
  }
}

/**
 * Fetches the details key's public half, once per execution environment.
 *
 * @throws {DetailsKeyFault} when KMS could not answer
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_GetPublicKey.html
 */
export async function loadDetailsSealer(client: KMSClient, keyId: string): Promise<DetailsSealer> {
  try {
    const { PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId: keyId }));
    const der = Buffer.from(PublicKey ?? new Uint8Array());
    return new PublicKeySealer(createPublicKey({ key: der, format: 'der', type: 'spki' }));
  } catch (error) {
    throw new DetailsKeyFault('`GetPublicKey` could not be completed', { cause: error });
  }
}

/**
 * Reads details: KMS unwraps the subject's key, if the caller's role is the reader's.
 *
 * @throws {DetailsKeyFault} when KMS could not answer, or what it unwrapped is not the subject's key
 * @throws {Error} when `sealed` or `context` is not what the key was used on
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html
 */
export async function openDetails(
  client: KMSClient,
  keyId: string,
  key: SubjectKey,
  sealed: Uint8Array,
  context: string,
): Promise<Uint8Array> {
  const privateKey = await unwrap(client, keyId, key.wrapped);
  if (!Buffer.from(publicKeyOf(privateKey)).equals(key.publicKey)) {
    throw new DetailsKeyFault('expected the unwrapped key to belong to the stored public key');
  }
  return hpkeOpen(privateKey, INFO, context, sealed);
}

async function unwrap(client: KMSClient, keyId: string, wrapped: Uint8Array): Promise<Uint8Array> {
  const request = { KeyId: keyId, CiphertextBlob: wrapped, EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' as const };
  try {
    const { Plaintext } = await client.send(new DecryptCommand(request));
    return Plaintext ?? new Uint8Array();
  } catch (error) {
    throw new DetailsKeyFault('`Decrypt` could not be completed', { cause: error });
  }
}
