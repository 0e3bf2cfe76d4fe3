import type { S3Client } from '@aws-sdk/client-s3';
import { ListObjectsV2Command, PutObjectLegalHoldCommand } from '@aws-sdk/client-s3';
import type { HeldArea, HoldableObjects, ListedObject } from '../core/records/held-objects.ts';
import { StorageFault } from '../core/state/entities.ts';

/** Names of the buckets that holds concern. */
export interface HeldBuckets {
  readonly archive: string;
  readonly log: string;
}

/**
 * Legal holds on the current versions of the archive's and the log's objects. What a hold covers is written once, so it
 * has no other version.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html#object-lock-legal-holds
 */
export class S3HeldObjects implements HoldableObjects {
  readonly #client: S3Client;
  readonly #buckets: HeldBuckets;

  constructor(client: S3Client, buckets: HeldBuckets) {
    this.#client = client;
    this.#buckets = buckets;
  }

  async page(
    area: HeldArea,
    after: string | undefined,
  ): Promise<{ readonly objects: readonly ListedObject[]; readonly isLast: boolean }> {
    const request = new ListObjectsV2Command({
      Bucket: bucketOf(this.#buckets, area),
      Prefix: `${area}/`,
      ...(after !== undefined && { StartAfter: after }),
    });
    try {
      const page = await this.#client.send(request);
      const objects = (page.Contents ?? []).map(({ Key: key, LastModified: written }) => {
        if (key === undefined || written === undefined) throw new Error('expected a key and a date');
        return { key, writtenMs: written.getTime() };
      });
      return { objects, isLast: page.IsTruncated !== true };
    } catch (error) {
      throw new StorageFault(`the objects of \`${area}\` could not be listed`, { cause: error });
    }
  }

  async setLegalHold(area: HeldArea, key: string, isHeld: boolean): Promise<void> {
    const request = new PutObjectLegalHoldCommand({
      Bucket: bucketOf(this.#buckets, area),
      Key: key,
      LegalHold: { Status: isHeld ? 'ON' : 'OFF' },
    });
    try {
      await this.#client.send(request);
    } catch (error) {
      throw new StorageFault(`the legal hold of \`${key}\` could not be set`, { cause: error });
    }
  }
}

/** The bucket of an area's objects. */
export function bucketOf(buckets: HeldBuckets, area: HeldArea): string {
  return area === 'events' || area === 'bundles' ? buckets.archive : buckets.log;
}
