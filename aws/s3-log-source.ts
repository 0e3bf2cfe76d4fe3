import type { S3Client } from '@aws-sdk/client-s3';
import { GetObjectCommand, NoSuchKey } from '@aws-sdk/client-s3';
import type { LogSource } from '../core/ledger/log-verify/options.ts';
import { s3ArchiveSource } from './s3-archive-source.ts';

const LOG_FILES = /^(?:checkpoint$|checkpoints\/|tile\/)/;

/**
 * A log's current objects as a verifier or an export reads them.
 *
 * @param prefix where the log begins inside the bucket: empty, or ending in `/`; paths are given without it
 */
export function s3LogSource(client: S3Client, bucket: string, prefix: string): LogSource {
  return {
    listPaths: () => s3ArchiveSource(client, bucket, prefix).listKeys(),
    async read(path) {
      // Who may read a log need not be allowed to ask for what no log has, which S3 refuses rather than answers.
      if (!LOG_FILES.test(path) && !(await isListed(client, bucket, `${prefix}${path}`))) return undefined;
      try {
        const reply = await client.send(new GetObjectCommand({ Bucket: bucket, Key: `${prefix}${path}` }));
        if (reply.Body === undefined) throw new Error(`expected a body of \`${path}\`, got none`);
        return await reply.Body.transformToByteArray();
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
  };
}

async function isListed(client: S3Client, bucket: string, key: string): Promise<boolean> {
  for await (const found of s3ArchiveSource(client, bucket, key).listKeys()) if (found === '') return true;
  return false;
}
