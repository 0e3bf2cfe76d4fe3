import { KMSClient } from '@aws-sdk/client-kms';
import { CLIENT_DEFAULTS } from '../../aws/clients.ts';
import { loadDetailsSealer } from '../../aws/details-keys.ts';
import type { DetailsSealer } from '../../core/records/ports.ts';
import { requiredEnv } from './environment.ts';

const keyId = requiredEnv('DETAILS_KEY_ID');
let sealer: Promise<DetailsSealer> | undefined;

/** What encrypts details. The key's public half is fetched once per execution environment; no decision asks KMS. */
export function detailsSealer(): Promise<DetailsSealer> {
  sealer ??= loadDetailsSealer(new KMSClient(CLIENT_DEFAULTS), keyId).catch((error: unknown) => {
    // A failed load is tried again by the next invocation.
    sealer = undefined;
    throw error;
  });
  return sealer;
}
