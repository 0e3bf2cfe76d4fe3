import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CLIENT_DEFAULTS } from '../../aws/clients.ts';
import { DynamoDbStore } from '../../aws/dynamodb-store.ts';
import { loadPseudonymizer } from '../../aws/pseudonymizer.ts';
import { systemClock, systemEntropy, systemPause } from '../../aws/system.ts';
import type { Pseudonymizer } from '../../core/ports.ts';
import type { ChangeDeps } from '../../core/state/change-agent.ts';
import { requiredEnv } from './environment.ts';

/** What most functions need: state, time, randomness, waiting, pseudonyms. */
export interface CoreDeps extends ChangeDeps {
  readonly pseudonyms: Pseudonymizer;
}

let shared: Promise<CoreDeps> | undefined;

/** The DynamoDB client of this execution environment. */
export const dynamoDb = new DynamoDBClient(CLIENT_DEFAULTS);

/** Wires the environment to core's ports, once per execution environment. A failed wiring is tried again. */
export function coreDeps(): Promise<CoreDeps> {
  shared ??= wire().catch((error: unknown) => {
    shared = undefined;
    throw error;
  });
  return shared;
}

async function wire(): Promise<CoreDeps> {
  const tables = {
    state: requiredEnv('STATE_TABLE_NAME'),
    registry: requiredEnv('REGISTRY_TABLE_NAME'),
    ledger: requiredEnv('LEDGER_TABLE_NAME'),
  };
  return {
    store: new DynamoDbStore(dynamoDb, tables),
    clock: systemClock,
    entropy: systemEntropy,
    pause: systemPause,
    pseudonyms: await loadPseudonymizer(new SecretsManagerClient(CLIENT_DEFAULTS), requiredEnv('PSEUDONYM_SECRET_ARN')),
  };
}
