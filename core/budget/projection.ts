import type { Result } from '../result.ts';
import { ok } from '../result.ts';
import type { Rates } from './price-rows.ts';
import type { PriceTable, UnknownModel } from './prices.ts';
import { costWith, findModel, ratesFor } from './prices.ts';
import type { InvalidTokens } from './tokens.ts';
import { tokenCount } from './tokens.ts';

/** A model call that has not happened yet. */
export interface PlannedCall {
  readonly model: string;
  /** Prompt tokens, cached ones included. Checked here, so anything may be passed. */
  readonly inputTokens: unknown;
  /** The request's own limit; without it the model's limit counts. */
  readonly maxOutputTokens?: unknown;
}

/** The most a planned call can cost. */
export interface Projection {
  readonly microUsd: bigint;
  readonly tokens: bigint;
  readonly priceRowId: string;
}

/**
 * Projects the worst case of a call: every prompt token at the dearest input-side rate, the full answer, the dearest
 * row and tier. Reported usage within the planned counts never costs more.
 */
export function projectCall(
  table: PriceTable,
  call: PlannedCall,
  nowMs: number,
): Result<Projection, UnknownModel | InvalidTokens> {
  const model = findModel(table, call.model);
  if (!model.ok) return model;
  const input = tokenCount(call.inputTokens, 'inputTokens');
  if (!input.ok) return input;
  const output = tokenCount(call.maxOutputTokens ?? model.value.maxOutputTokens, 'maxOutputTokens');
  if (!output.ok) return output;
  const cost = costWith(table, call.model, nowMs, (row) => {
    const rates = ratesFor(row, input.value);
    return BigInt(input.value) * dearestInput(rates) + BigInt(output.value) * rates.output;
  });
  if (!cost.ok) return cost;
  return ok({ ...cost.value, tokens: BigInt(input.value) + BigInt(output.value) });
}

function dearestInput({ input, cacheRead, cacheWrite }: Rates): bigint {
  return [cacheRead, cacheWrite].reduce((dearest, rate) => (rate > dearest ? rate : dearest), input);
}
