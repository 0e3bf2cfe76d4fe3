import type { KMSClient } from '@aws-sdk/client-kms';
import { SignCommand } from '@aws-sdk/client-kms';
import type { LogSigner } from '../core/ledger/log/ports.ts';
import { StorageFault } from '../core/state/entities.ts';

const SIGNATURE_BYTES = 64;

/** The log's Ed25519 key in KMS. */
export class KmsLogSigner implements LogSigner {
  readonly #client: KMSClient;
  readonly #keyId: string;

  readonly publicKey: Uint8Array;

  constructor(client: KMSClient, keyId: string, publicKey: Uint8Array) {
    this.#client = client;
    this.#keyId = keyId;
    this.publicKey = publicKey;
  }

  sign(bytes: Uint8Array): Promise<Uint8Array> {
    return signEd25519(this.#client, this.#keyId, bytes);
  }
}

/**
 * Signs with an Ed25519 key in KMS, over the message itself and not a digest of it.
 *
 * @throws {StorageFault} when KMS could not answer; the same message can be signed again
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
 */
export async function signEd25519(client: KMSClient, keyId: string, bytes: Uint8Array): Promise<Uint8Array> {
  const request = { MessageType: 'RAW', SigningAlgorithm: 'ED25519_SHA_512', Message: bytes } as const;
  try {
    const { Signature } = await client.send(new SignCommand({ KeyId: keyId, ...request }));
    if (Signature?.length === SIGNATURE_BYTES) return Signature;
  } catch (error) {
    throw new StorageFault('the key could not sign', { cause: error });
  }
  throw new StorageFault(`expected ${SIGNATURE_BYTES} signature bytes, got another number`);
}
