import { KMSClient } from '@aws-sdk/client-kms';
import * as v from 'valibot';
import { CLIENT_DEFAULTS } from '../../aws/clients.ts';
import { readPublicKey } from '../../aws/kms-public-key.ts';
import type { KeyChangeDeps } from '../../core/records/record-key-change.ts';
import { requiredEnv } from '../shared/environment.ts';

const kms = new KMSClient(CLIENT_DEFAULTS);

const keys = v.array(
  v.strictObject({
    generation: v.number(),
    standing: v.picklist(['active', 'overlapping', 'retired']),
    keyId: v.string(),
  }),
);
const KeysByPurpose = v.strictObject({
  'envelope-mac': keys,
  'envelope-signing': keys,
  log: keys,
  receipts: keys,
});

/** The keys this deployment has, as the deployment itself says, and their public halves, as KMS says. */
export function deployedKeys(): Pick<KeyChangeDeps, 'deployed' | 'publicKey'> {
  const byPurpose = v.parse(KeysByPurpose, JSON.parse(requiredEnv('KEY_GENERATIONS')));
  return {
    deployed: (purpose) => byPurpose[purpose],
    publicKey: async (purpose, keyId) => (purpose === 'envelope-mac' ? undefined : readPublicKey(kms, keyId)),
  };
}
