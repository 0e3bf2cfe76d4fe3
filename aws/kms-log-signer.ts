import type { KMSClient } from '@aws-sdk/client-kms';
import { SignCommand } from '@aws-sdk/client-kms';
import type { LogSigner } from '../core/ledger/log/ports.ts';
import { StorageFault } from '../core/state/entities.ts';

const SIGNATURE_BYTES = 64;

/**
 * Signs with the log's Ed25519 key in KMS, over the message itself and not a digest of it.
 *
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
 */
export class KmsLogSigner implements LogSigner {
  readonly #client: KMSClient;
  readonly #keyId: string;

  constructor(client: KMSClient, keyId: string) {
    this.#client = client;
    this.#keyId = keyId;
  }

  /** @throws {StorageFault} when KMS could not answer; the same message can be signed again */
  async sign(bytes: Uint8Array): Promise<Uint8Array> {
    const request = { MessageType: 'RAW', SigningAlgorithm: 'ED25519_SHA_512', Message: bytes } as const;
    try {
      const { Signature } = await this.#client.send(new SignCommand({ KeyId: this.#keyId, ...request }));
      if (Signature?.length === SIGNATURE_BYTES) return Signature;
    } catch (error) {
      throw new StorageFault('the log key could not sign', { cause: error });
    }
    throw new StorageFault(`expected ${SIGNATURE_BYTES} signature bytes, got another number`);
  }
}
