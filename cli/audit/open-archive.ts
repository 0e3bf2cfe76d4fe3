import { auditClients } from '../../aws/audit-clients.ts';
import { s3ArchiveSource } from '../../aws/s3-archive-source.ts';
import type { ArchiveSource } from '../../core/ledger/verify.ts';
import type { CommandIo } from '../command.ts';
import { auditTarget } from './audit-target.ts';
import { directorySource } from './directory-source.ts';

const S3_URL = /^s3:\/\/([^/]+)\/?(.*)$/;

/** Opens `DIR` or `s3://bucket[/prefix]`. */
export function openArchive(io: CommandIo, place: string): ArchiveSource {
  const [, bucket, prefix = ''] = S3_URL.exec(place) ?? [];
  if (bucket === undefined) return directorySource(place);
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  return s3ArchiveSource(auditClients(auditTarget(io)).s3, bucket, folder);
}
