import type { S3Client } from '@aws-sdk/client-s3';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { chainOfFolder } from '../core/ledger/segment-key.ts';
import type { ArchivedChains } from '../core/reconcile/ports.ts';
import { StorageFault } from '../core/state/entities.ts';

/** The chains whose events the archive holds, by date: one folder each. */
export class S3ArchivedChains implements ArchivedChains {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  /** @throws {StorageFault} when the archive could not be listed */
  async chainsOn(date: string): Promise<readonly string[]> {
    const prefix = `events/dt=${date}/`;
    const chains: string[] = [];
    let token: string | undefined;
    do {
      const page = await this.#list(prefix, token);
      for (const { Prefix: folder = '' } of page.CommonPrefixes ?? []) {
        chains.push(chainOfFolder(folder.slice(prefix.length, -1)));
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return chains;
  }

  async #list(prefix: string, token: string | undefined) {
    try {
      return await this.#client.send(
        new ListObjectsV2Command({
          Bucket: this.#bucket,
          Prefix: prefix,
          Delimiter: '/',
          ...(token !== undefined && { ContinuationToken: token }),
        }),
      );
    } catch (error) {
      throw new StorageFault('the archive could not be listed', { cause: error });
    }
  }
}
