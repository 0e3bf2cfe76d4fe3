import type { KMSClient } from '@aws-sdk/client-kms';
import type { ResultSigner } from '../core/reconcile/ports.ts';
import { KmsLogSigner } from './kms-log-signer.ts';
import { readEd25519PublicKey } from './kms-public-key.ts';

/** Signs reconciliation results with their own Ed25519 key in KMS. */
export class KmsResultSigner implements ResultSigner {
  readonly #client: KMSClient;
  readonly #keyId: string;

  constructor(client: KMSClient, keyId: string) {
    this.#client = client;
    this.#keyId = keyId;
  }

  /** @throws {StorageFault} when KMS could not answer */
  publicKey(): Promise<Uint8Array> {
    return readEd25519PublicKey(this.#client, this.#keyId);
  }

  /** @throws {StorageFault} when KMS could not answer */
  async sign(bytes: Uint8Array): Promise<Uint8Array> {
    return new KmsLogSigner(this.#client, this.#keyId, await this.publicKey()).sign(bytes);
  }
}
