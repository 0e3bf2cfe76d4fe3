import type { DatabaseUse } from './decisions.ts';

/**
 * AWS list prices the costs are computed from, USD per million, without free tiers and discounts (us-east-1, first
 * tier).
 *
 * @see https://aws.amazon.com/api-gateway/pricing/
 * @see https://aws.amazon.com/dynamodb/pricing/on-demand/
 */
export const LIST_PRICES_USD_PER_MILLION = { restApiRequests: 3.5, writeUnits: 0.625, readUnits: 0.125 } as const;

/** List price of a million decisions of a kind, USD: one API request each, and what the database is asked. */
export function usdPerMillion({ readUnits, writeUnits }: DatabaseUse): number {
  const prices = LIST_PRICES_USD_PER_MILLION;
  return prices.restApiRequests + readUnits * prices.readUnits + writeUnits * prices.writeUnits;
}
