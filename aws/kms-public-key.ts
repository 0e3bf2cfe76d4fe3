import type { KMSClient } from '@aws-sdk/client-kms';
import { GetPublicKeyCommand } from '@aws-sdk/client-kms';
import { rawEd25519PublicKey } from '../core/ed25519.ts';
import { StorageFault } from '../core/state/entities.ts';

/**
 * The public half of a key in KMS: SubjectPublicKeyInfo, DER.
 *
 * @throws {StorageFault} when KMS could not answer, or the key has no public half
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_GetPublicKey.html
 */
export async function readPublicKey(client: KMSClient, keyId: string): Promise<Uint8Array> {
  try {
    const { PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId: keyId }));
    if (PublicKey !== undefined) return PublicKey;
  } catch (error) {
    throw new StorageFault('the public key could not be read', { cause: error });
  }
  throw new StorageFault('expected a public key, got nothing');
}

/**
 * The raw public key of an Ed25519 key in KMS.
 *
 * @throws {StorageFault} when KMS could not answer, or the key is of another kind
 */
export async function readEd25519PublicKey(client: KMSClient, keyId: string): Promise<Uint8Array> {
  const raw = rawEd25519PublicKey(await readPublicKey(client, keyId));
  if (raw !== undefined) return raw;
  throw new StorageFault('expected an Ed25519 key, got another kind');
}
