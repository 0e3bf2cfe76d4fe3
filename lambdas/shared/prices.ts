import { parsePriceTable } from '../../core/budget/prices.ts';
import prices from '../../policies/prices.json' with { type: 'json' };

/** The price table of this release. */
export const priceTable = parsePriceTable(prices);
