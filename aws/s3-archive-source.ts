import type { S3Client } from '@aws-sdk/client-s3';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { ArchiveSource } from '../core/ledger/verify.ts';

/**
 * The archive's current objects as a verifier reads them.
 *
 * @param prefix where the archive begins inside the bucket: empty, or ending in `/`; keys are given without it
 */
export function s3ArchiveSource(client: S3Client, bucket: string, prefix: string): ArchiveSource {
  return {
    listKeys: () => listKeys(client, bucket, prefix),
    read: (key) => readObject(client, bucket, `${prefix}${key}`),
  };
}

async function* listKeys(client: S3Client, bucket: string, prefix: string): AsyncGenerator<string> {
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        ...(token !== undefined && { ContinuationToken: token }),
      }),
    );
    for (const { Key: key } of page.Contents ?? []) if (key !== undefined) yield key.slice(prefix.length);
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

async function* readObject(client: S3Client, bucket: string, key: string): AsyncGenerator<Uint8Array> {
  const reply = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  if (reply.Body === undefined) throw new Error(`expected a body of \`${key}\`, got none`);
  const reader = reply.Body.transformToWebStream().getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
}
