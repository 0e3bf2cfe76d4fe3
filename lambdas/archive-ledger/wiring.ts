import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import * as v from 'valibot';
import { CLIENT_DEFAULTS } from '../../aws/clients.ts';
import { DynamoDbStore } from '../../aws/dynamodb-store.ts';
import { DynamoDbLedgerReader } from '../../aws/ledger-reader.ts';
import { S3Archive } from '../../aws/s3-archive.ts';
import { systemClock } from '../../aws/system.ts';
import type { ArchivePorts } from '../../core/ledger/archive-ports.ts';
import { requiredDays, requiredEnv } from '../shared/environment.ts';
import { CurrentRules } from '../shared/keeping.ts';
import { dynamoDb } from '../shared/wiring.ts';

let shared: ArchivePorts | undefined;
const rules = new CurrentRules(systemClock);

/** Wires the environment to the archive's ports, once per execution environment; holds and periods are read every time. */
export async function archivePorts(): Promise<ArchivePorts> {
  shared ??= wire();
  await rules.refresh(shared.store);
  return shared;
}

/** The policy bundle's exact bytes, from the file that is deployed beside the function. */
export function readBundle(): Promise<Uint8Array> {
  return readFile(join(requiredEnv('LAMBDA_TASK_ROOT'), 'policy-bundle.json'));
}

const lockMode = v.picklist(['COMPLIANCE', 'GOVERNANCE']);

function wire(): ArchivePorts {
  const ledger = requiredEnv('LEDGER_TABLE_NAME');
  // This function is given no registry; a read of it would have to fail.
  const tables = { state: requiredEnv('STATE_TABLE_NAME'), ledger, registry: 'not-given' };
  return {
    store: new DynamoDbStore(dynamoDb, tables),
    ledger: new DynamoDbLedgerReader(dynamoDb, ledger),
    archive: new S3Archive(new S3Client(CLIENT_DEFAULTS), requiredEnv('ARCHIVE_BUCKET_NAME'), {
      lock: { mode: v.parse(lockMode, requiredEnv('ARCHIVE_LOCK_MODE')), days: requiredDays('ARCHIVE_LOCK_DAYS') },
      clock: systemClock,
      rules,
    }),
  };
}
