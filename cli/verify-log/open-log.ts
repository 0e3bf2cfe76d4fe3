import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { auditClients } from '../../aws/audit-clients.ts';
import { s3ArchiveSource } from '../../aws/s3-archive-source.ts';
import { s3LogSource } from '../../aws/s3-log-source.ts';
import type { LogSource } from '../../core/ledger/log-verify/options.ts';
import { auditTarget } from '../audit/audit-target.ts';
import type { CommandIo } from '../command.ts';
import type { BundlePlace } from './digest-pool.ts';
import { directoryLog } from './directory-log.ts';

/** A log that was found at a place. */
export interface OpenLog {
  readonly source: LogSource;
  readonly bundles: BundlePlace;
  /** True for a bucket, whose log may grow while it is read. */
  readonly isLive: boolean;
}

const S3_URL = /^s3:\/\/([^/]+)\/?(.*)$/;
const CHECKPOINT = 'checkpoint';

/** The log at `DIR` or `s3://bucket[/prefix]`; undefined when there is no checkpoint and no tile. */
export async function openLog(io: CommandIo, place: string): Promise<OpenLog | undefined> {
  const [, bucket, prefix = ''] = S3_URL.exec(place) ?? [];
  if (bucket === undefined) {
    const isLog = existsSync(join(place, CHECKPOINT)) || existsSync(join(place, 'tile'));
    return isLog ? { source: directoryLog(place), bundles: { directory: place }, isLive: false } : undefined;
  }
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  const { s3 } = auditClients(auditTarget(io));
  // Keys come in order, so that few are looked at: an archive has only its bundles before this one.
  for await (const key of s3ArchiveSource(s3, bucket, folder).listKeys()) {
    if (key < CHECKPOINT) continue;
    if (key !== CHECKPOINT && !key.startsWith('tile/')) return undefined;
    const source = s3LogSource(s3, bucket, folder);
    return { source, bundles: { source }, isLive: true };
  }
  return undefined;
}
