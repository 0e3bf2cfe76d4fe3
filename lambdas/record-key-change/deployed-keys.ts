import { KMSClient } from '@aws-sdk/client-kms';
import { CLIENT_DEFAULTS } from '../../aws/clients.ts';
import { readPublicKey } from '../../aws/kms-public-key.ts';
import type { KeyChangeDeps } from '../../core/records/record-key-change.ts';
import { keyGenerations } from '../shared/key-generations.ts';

const kms = new KMSClient(CLIENT_DEFAULTS);

/** The keys this deployment has, as the deployment itself says, and their public halves, as KMS says. */
export function deployedKeys(): Pick<KeyChangeDeps, 'deployed' | 'publicKey'> {
  const byPurpose = keyGenerations();
  return {
    deployed: (purpose) => byPurpose[purpose],
    publicKey: async (purpose, keyId) => (purpose === 'envelope-mac' ? undefined : readPublicKey(kms, keyId)),
  };
}
