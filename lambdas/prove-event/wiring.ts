import { S3Client } from '@aws-sdk/client-s3';
import { CLIENT_DEFAULTS } from '../../aws/clients.ts';
import { DynamoDbLedgerReader } from '../../aws/ledger-reader.ts';
import { readObject } from '../../aws/s3-log-objects.ts';
import { DynamoDbSequencedRanges } from '../../aws/sequenced-ranges.ts';
import type { ProofPorts } from '../../core/ledger/log/prove-event.ts';
import { requiredEnv } from '../shared/environment.ts';
import { dynamoDb } from '../shared/wiring.ts';

/** Wires the environment to what proofs are made of. */
export function proofPorts(): ProofPorts {
  const s3 = new S3Client(CLIENT_DEFAULTS);
  const bucket = requiredEnv('LOG_BUCKET_NAME');
  return {
    rows: new DynamoDbLedgerReader(dynamoDb, requiredEnv('LEDGER_TABLE_NAME')),
    ranges: new DynamoDbSequencedRanges(dynamoDb, requiredEnv('STATE_TABLE_NAME')),
    read: (path) => readObject(s3, bucket, path),
  };
}
