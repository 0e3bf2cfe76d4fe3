import type { S3Client } from '@aws-sdk/client-s3';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { parseSegmentKey } from '../core/ledger/segment-key.ts';
import type { HeldArea, ListedObject } from '../core/records/held-objects.ts';
import { HELD_AREAS } from '../core/records/held-objects.ts';
import type { ObjectsOfMonth } from '../core/records/retention-plan.ts';
import type { HeldBuckets } from './s3-held-objects.ts';
import { bucketOf, S3HeldObjects } from './s3-held-objects.ts';

interface Group {
  count: number;
  first: ListedObject;
  last: ListedObject;
}

/**
 * What lies in archive and log, by the month it is about or was written in, and until when it is locked. Of each month the
 * locks of the object written first and of the one written last are looked at. Partial tiles are left out: they are replaced.
 *
 * @throws when a bucket cannot be read
 */
export async function objectsByMonth(client: S3Client, buckets: HeldBuckets): Promise<readonly ObjectsOfMonth[]> {
  const objects = new S3HeldObjects(client, buckets);
  const found: ObjectsOfMonth[] = [];
  for (const area of HELD_AREAS) {
    const groups = await groupsOf(objects, area);
    for (const [month, { count, first, last }] of [...groups].sort()) {
      const bucket = bucketOf(buckets, area);
      const locks = await Promise.all([first, last].map(({ key }) => lockedUntil(client, bucket, key)));
      const known = locks.filter((each) => each !== undefined);
      found.push({ area, month, objects: count, ...(known.length > 0 && { lockedUntilMs: Math.max(...known) }) });
    }
  }
  return found;
}

async function groupsOf(objects: S3HeldObjects, area: HeldArea): Promise<ReadonlyMap<string, Group>> {
  const groups = new Map<string, Group>();
  let after: string | undefined;
  for (;;) {
    const page = await objects.page(area, after);
    for (const object of page.objects) if (!object.key.includes('.p/')) put(groups, object);
    after = page.objects.at(-1)?.key;
    if (page.isLast || after === undefined) return groups;
  }
}

function put(groups: Map<string, Group>, object: ListedObject): void {
  const month = (parseSegmentKey(object.key)?.date ?? new Date(object.writtenMs).toISOString()).slice(0, 7);
  const group = groups.get(month) ?? { count: 0, first: object, last: object };
  group.count += 1;
  if (object.writtenMs < group.first.writtenMs) group.first = object;
  if (object.writtenMs > group.last.writtenMs) group.last = object;
  groups.set(month, group);
}

async function lockedUntil(client: S3Client, bucket: string, key: string): Promise<number | undefined> {
  const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
  return head.ObjectLockRetainUntilDate?.getTime();
}
