import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { DynamoDbAgentDirectory } from '../../aws/agent-directory.ts';
import { S3ArchivedChains } from '../../aws/archived-chains.ts';
import { CLIENT_DEFAULTS } from '../../aws/clients.ts';
import { CloudTrailMacs } from '../../aws/cloudtrail-macs.ts';
import { DynamoDbHeldActions } from '../../aws/held-actions.ts';
import { KmsResultSigner } from '../../aws/kms-result-signer.ts';
import { DynamoDbLedgerReader } from '../../aws/ledger-reader.ts';
import { DynamoDbSequencedRanges } from '../../aws/sequenced-ranges.ts';
import type { ReconcileDeps } from '../../core/reconcile/ports.ts';
import { requiredEnv, requiredSeconds } from '../shared/environment.ts';
import { keyGenerations } from '../shared/key-generations.ts';
import { coreDeps, dynamoDb } from '../shared/wiring.ts';

const s3 = new S3Client(CLIENT_DEFAULTS);
const kms = new KMSClient(CLIENT_DEFAULTS);

/** Wires the environment to the reconciliation's ports. */
export function reconcileDeps(): ReconcileDeps {
  const deps = coreDeps();
  const place = {
    bucket: requiredEnv('TRAIL_BUCKET_NAME'),
    folder: requiredEnv('TRAIL_FOLDER'),
    keyArns: requiredEnv('ENVELOPE_MAC_KEY_ARNS').split(','),
    sealerRoleArn: requiredEnv('SEALER_ROLE_ARN'),
  };
  return {
    ...deps,
    directory: new DynamoDbAgentDirectory(dynamoDb, requiredEnv('REGISTRY_TABLE_NAME')),
    archived: new S3ArchivedChains(s3, requiredEnv('ARCHIVE_BUCKET_NAME')),
    ledger: new DynamoDbLedgerReader(dynamoDb, requiredEnv('LEDGER_TABLE_NAME')),
    actions: new DynamoDbHeldActions(dynamoDb, requiredEnv('STATE_TABLE_NAME')),
    macs: new CloudTrailMacs(s3, place, deps.clock),
    signer: new KmsResultSigner(kms, requiredEnv('RECONCILIATION_KEY_ID')),
    log: {
      ranges: new DynamoDbSequencedRanges(dynamoDb, requiredEnv('STATE_TABLE_NAME')),
      mergeDelayMs: requiredSeconds('LOG_MERGE_DELAY_SECONDS') * 1_000,
    },
    keys: keyGenerations(),
    delayMs: Number(requiredEnv('RECONCILIATION_DELAY_SECONDS')) * 1_000,
  };
}
