import { MAX_EPOCH_SECONDS } from '../../core/ledger/receipt/certificate.ts';
import type { EpochTerms } from '../../core/ledger/receipt/certify-epoch.ts';
import { requiredEnv, requiredSeconds } from '../shared/environment.ts';

/**
 * What this deployment's certificates say.
 *
 * @throws {Error} when an epoch would last longer than receipts may, which stops the function at its cold start
 */
export function epochTerms(): EpochTerms {
  const epochSeconds = requiredSeconds('RECEIPT_EPOCH_SECONDS');
  if (epochSeconds > MAX_EPOCH_SECONDS)
    throw new Error(`expected an epoch of at most ${MAX_EPOCH_SECONDS} seconds, got \`${epochSeconds}\``);
  return {
    epochSeconds,
    logOrigin: requiredEnv('LOG_ORIGIN'),
    mergeDelaySeconds: requiredSeconds('LOG_MERGE_DELAY_SECONDS'),
  };
}
