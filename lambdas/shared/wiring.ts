import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CLIENT_DEFAULTS } from '../../aws/clients.ts';
import { DynamoDbStore } from '../../aws/dynamodb-store.ts';
import { loadPseudonymizer } from '../../aws/pseudonymizer.ts';
import { systemClock, systemEntropy, systemPause } from '../../aws/system.ts';
import type { Pseudonymizer } from '../../core/ports.ts';
import type { ChangeDeps } from '../../core/state/change-agent.ts';
import { requiredEnv } from './environment.ts';

/** What functions need that put names of people or things into the ledger. */
export interface NamingDeps extends ChangeDeps {
  readonly pseudonyms: Pseudonymizer;
}

let shared: ChangeDeps | undefined;
let pseudonyms: Promise<Pseudonymizer> | undefined;

/** The DynamoDB client of this execution environment. */
export const dynamoDb = new DynamoDBClient(CLIENT_DEFAULTS);
// It copies every request and reply for a log that nobody reads.
dynamoDb.middlewareStack.remove('loggerMiddleware');

/** State, time, randomness and waiting, wired once per execution environment. */
export function coreDeps(): ChangeDeps {
  shared ??= {
    store: new DynamoDbStore(dynamoDb, {
      state: requiredEnv('STATE_TABLE_NAME'),
      registry: requiredEnv('REGISTRY_TABLE_NAME'),
      ledger: requiredEnv('LEDGER_TABLE_NAME'),
    }),
    clock: systemClock,
    entropy: systemEntropy,
    pause: systemPause,
  };
  return shared;
}

/** {@link coreDeps} with the pepper of pseudonyms, which only the roles that need it may read. */
export async function namingDeps(): Promise<NamingDeps> {
  pseudonyms ??= load().catch((error: unknown) => {
    // A failed load is tried again by the next invocation.
    pseudonyms = undefined;
    throw error;
  });
  return { ...coreDeps(), pseudonyms: await pseudonyms };
}

function load(): Promise<Pseudonymizer> {
  return loadPseudonymizer(new SecretsManagerClient(CLIENT_DEFAULTS), requiredEnv('PSEUDONYM_SECRET_ARN'));
}
