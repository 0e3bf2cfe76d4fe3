import type { S3Client } from '@aws-sdk/client-s3';
import { GetObjectCommand, S3ServiceException } from '@aws-sdk/client-s3';
import type { BundleSource } from '../core/gate/bundle-shelf.ts';
import { StorageFault } from '../core/state/entities.ts';

/** What S3 answers for an object that is not there: 403 to whoever may not list the bucket. */
const MISSING = new Set([403, 404]);

/** The key a bundle is published under. */
export function bundleKey(hash: string): string {
  return `bundles/${hash}.json`;
}

/** Published bundles in the archive bucket. Bytes are not trusted for where they are: callers check the hash. */
export class S3Bundles implements BundleSource {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async read(hash: string): Promise<Uint8Array | undefined> {
    try {
      const reply = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: bundleKey(hash) }));
      return await reply.Body?.transformToByteArray();
    } catch (error) {
      const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
      if (status !== undefined && MISSING.has(status)) return undefined;
      throw new StorageFault(`the bundle \`${hash}\` could not be read`, { cause: error });
    }
  }
}
