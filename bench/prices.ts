import type { DatabaseUse } from './decisions.ts';

/** When the prices were looked up. */
export const PRICES_AS_OF = '2026-11-21';

/**
 * AWS list prices the costs are computed from, USD per million, without free tiers and discounts (us-east-1, first
 * tier). Asymmetric KMS requests are those with keys other than RSA-2048, Ed25519 among them.
 *
 * @see https://aws.amazon.com/api-gateway/pricing/
 * @see https://aws.amazon.com/dynamodb/pricing/on-demand/
 * @see https://aws.amazon.com/s3/pricing/
 * @see https://aws.amazon.com/kms/pricing/
 */
export const LIST_PRICES_USD_PER_MILLION = {
  restApiRequests: 3.5,
  writeUnits: 0.625,
  readUnits: 0.125,
  s3Puts: 5,
  s3Gets: 0.4,
  asymmetricKmsRequests: 15,
} as const;

/** List price of a million decisions of a kind, USD: one API request each, and what the database is asked. */
export function usdPerMillion({ readUnits, writeUnits }: DatabaseUse): number {
  const prices = LIST_PRICES_USD_PER_MILLION;
  return prices.restApiRequests + readUnits * prices.readUnits + writeUnits * prices.writeUnits;
}
