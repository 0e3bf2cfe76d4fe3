import { KMSClient } from '@aws-sdk/client-kms';
import { CLIENT_DEFAULTS } from '../../aws/clients.ts';
import { signEd25519 } from '../../aws/kms-log-signer.ts';
import { toBase64 } from '../../core/base64.ts';
import { certifyEpoch } from '../../core/ledger/receipt/certify-epoch.ts';
import { requiredEnv } from '../shared/environment.ts';
import { taskHandler } from '../shared/stack.ts';
import { coreDeps } from '../shared/wiring.ts';
import { EpochRequestSchema } from './schema.ts';
import { epochTerms } from './terms.ts';

const kms = new KMSClient(CLIENT_DEFAULTS);
const keyId = requiredEnv('RECEIPT_KEY_ID');
const certifier = { sign: (message: Uint8Array) => signEd25519(kms, keyId, message) };
const terms = epochTerms();

/** Certifies a function's receipt key. Which functions may ask is decided by who may invoke this one. */
export const handler = taskHandler(EpochRequestSchema, async (request) => {
  const certified = await certifyEpoch({ ...coreDeps(), certifier, terms }, request);
  if (!certified.ok) throw new Error(`expected to certify a key, got \`${certified.problem.code}\``);
  return { epoch: toBase64(certified.value) };
});
