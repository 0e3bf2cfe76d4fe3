import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import * as v from 'valibot';
import { DynamoDbAgentDirectory } from '../../aws/agent-directory.ts';
import { CLIENT_DEFAULTS } from '../../aws/clients.ts';
import { DynamoDbStore } from '../../aws/dynamodb-store.ts';
import { KmsLogSigner } from '../../aws/kms-log-signer.ts';
import { readEd25519PublicKey } from '../../aws/kms-public-key.ts';
import { DynamoDbLedgerReader } from '../../aws/ledger-reader.ts';
import { S3LogObjects } from '../../aws/s3-log-objects.ts';
import { DynamoDbSequencedRanges } from '../../aws/sequenced-ranges.ts';
import { systemClock } from '../../aws/system.ts';
import { checkpointFormat } from '../../core/ledger/log/checkpoint-format.ts';
import { projectHead } from '../../core/ledger/log/projection.ts';
import { tiledTree } from '../../core/ledger/log/tree-format.ts';
import { requiredDays, requiredEnv, requiredSeconds } from '../shared/environment.ts';
import { CurrentRules } from '../shared/keeping.ts';
import { dynamoDb } from '../shared/wiring.ts';
import type { SequencerDeps } from './run-sequencer.ts';
import { stamperOf } from './stamper.ts';
import { witnessesOf } from './witnesses.ts';

let shared: Promise<SequencerDeps> | undefined;
const rules = new CurrentRules(systemClock);

/**
 * Wires the environment to the sequencer's ports, once per execution environment; a failed start is tried again. Holds
 * and periods are read every time.
 */
export async function sequencerDeps(): Promise<SequencerDeps> {
  shared ??= wire().catch((error: unknown) => {
    shared = undefined;
    throw error;
  });
  const deps = await shared;
  await rules.refresh(deps.ports.store);
  return deps;
}

const lockMode = v.picklist(['COMPLIANCE', 'GOVERNANCE']);

async function wire(): Promise<SequencerDeps> {
  const [state, ledger] = [requiredEnv('STATE_TABLE_NAME'), requiredEnv('LEDGER_TABLE_NAME')];
  const registry = requiredEnv('REGISTRY_TABLE_NAME');
  const kms = new KMSClient(CLIENT_DEFAULTS);
  const { signers, publicKeys } = await logKeys(kms);
  const retention = {
    mode: v.parse(lockMode, requiredEnv('LOG_LOCK_MODE')),
    days: requiredDays('LOG_LOCK_DAYS'),
    stagingDays: requiredDays('LOG_STAGING_LOCK_DAYS'),
  };
  const bucket = requiredEnv('LOG_BUCKET_NAME');
  const witnesses = witnessesOf(process.env['WITNESS_POLICY'] ?? '', systemClock);
  const stamper = stamperOf(process.env['TIMESTAMP_URL'] ?? '');
  const ports = {
    store: new DynamoDbStore(dynamoDb, { state, ledger, registry }),
    ranges: new DynamoDbSequencedRanges(dynamoDb, state),
    ledger: new DynamoDbLedgerReader(dynamoDb, ledger),
    objects: new S3LogObjects(new S3Client(CLIENT_DEFAULTS), bucket, retention, systemClock, rules),
    signers,
    clock: systemClock,
    tree: tiledTree,
    checkpoints: checkpointFormat(requiredEnv('LOG_ORIGIN'), publicKeys),
    project: projectHead,
    ...(witnesses !== undefined && { witnesses }),
    ...(stamper !== undefined && { stamper }),
  };
  return {
    ports,
    directory: new DynamoDbAgentDirectory(dynamoDb, registry),
    mergeDelaySeconds: requiredSeconds('LOG_MERGE_DELAY_SECONDS'),
  };
}

/** The keys that sign, and beside them the retired ones: a checkpoint that is gone on from may be theirs. */
async function logKeys(kms: KMSClient) {
  const named = (variable: string) => (process.env[variable] ?? '').split(',').filter((id) => id !== '');
  const inUse = [requiredEnv('LOG_KEY_ID'), ...named('LOG_OVERLAP_KEY_ID')];
  const retired = named('LOG_RETIRED_KEY_IDS').map((id) => readEd25519PublicKey(kms, id));
  const signers = await Promise.all(
    inUse.map(async (id) => new KmsLogSigner(kms, id, await readEd25519PublicKey(kms, id))),
  );
  return { signers, publicKeys: [...signers.map(({ publicKey }) => publicKey), ...(await Promise.all(retired))] };
}
