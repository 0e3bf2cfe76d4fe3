import type { JsonObject, JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';
import { canonicalJson } from '../ledger/canonical.ts';
import { sha256Hex } from '../ledger/hash.ts';
import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';
import type { PriceRow, Rates } from './price-rows.ts';
import { PriceTableError, parsePriceRow } from './price-rows.ts';
import type { TokenUsage } from './tokens.ts';
import { promptTokens } from './tokens.ts';

/** A model's limits and its prices over time. */
export interface ModelPrice {
  readonly id: string;
  /** The most one call can answer; the context window where the vendor names no limit. */
  readonly maxOutputTokens: number;
  /** Only Bedrock has inference profiles, named by a prefix of the model's id. */
  readonly hasProfiles: boolean;
  readonly rows: readonly PriceRow[];
}

/** The price table: every literal id and alias of every known model. */
export interface PriceTable {
  /** SHA-256 of the file's canonical JSON. */
  readonly hash: string;
  readonly models: ReadonlyMap<string, ModelPrice>;
}

/** The model is not in the table, or has no price today. It must not be called: it would cost an unknown amount. */
export interface UnknownModel {
  readonly code: 'unknown_model';
  readonly model: string;
}

/** What some usage costs, and the price row that says so. */
export interface Cost {
  /** Rounded up to a whole micro-USD. */
  readonly microUsd: bigint;
  readonly priceRowId: string;
}

const PICO_PER_MICRO = 1_000_000n;
const PROFILE_PREFIX = /^(?:global|us|eu|jp|au)\./;
/** Marks ids that label rows of the file and are never called by that name. */
const LABEL_PREFIX = 'regional.';

/**
 * Reads `policies/prices.json`.
 *
 * @throws {PriceTableError} when anything in it cannot be read exactly, or two models claim one name
 */
export function parsePriceTable(file: JsonValue): PriceTable {
  const entries = isJsonObject(file) ? file['models'] : undefined;
  if (!Array.isArray(entries)) throw new PriceTableError('expected `models` to be a list');
  const models = new Map<string, ModelPrice>();
  for (const entry of entries) {
    if (!isJsonObject(entry)) throw new PriceTableError('expected a model to be an object');
    const model = parseModel(entry);
    for (const name of namesOf(model.id, entry)) {
      if (models.has(name)) throw new PriceTableError(`expected one model named \`${name}\`, got two`);
      models.set(name, model);
    }
  }
  return { hash: sha256Hex(canonicalJson(file)), models };
}

/**
 * Finds a model by its exact id or alias; a Bedrock inference-profile prefix that the table does not list leads to the
 * model it is a profile of, whose regional price is never the lower one. Nothing else is guessed.
 */
export function findModel(table: PriceTable, model: string): Result<ModelPrice, UnknownModel> {
  const found = table.models.get(model) ?? profiledModel(table, model);
  return found === undefined ? refused({ code: 'unknown_model', model }) : ok(found);
}

function profiledModel(table: PriceTable, model: string): ModelPrice | undefined {
  const base = model.replace(PROFILE_PREFIX, '');
  if (base === model || PROFILE_PREFIX.test(base)) return undefined;
  const found = table.models.get(base);
  return found?.hasProfiles === true ? found : undefined;
}

/** The rows in effect at `nowMs`. More than one when the price hangs on a condition that cannot be checked here. */
export function rowsInEffect(model: ModelPrice, nowMs: number): Result<readonly PriceRow[], UnknownModel> {
  const rows = model.rows.filter((row) => row.fromMs <= nowMs && nowMs < row.untilMs);
  return rows.length === 0 ? refused({ code: 'unknown_model', model: model.id }) : ok(rows);
}

/** What `usage` of `model` costs at `nowMs`; the dearest row decides where several are in effect. */
export function usageCost(
  table: PriceTable,
  model: string,
  usage: TokenUsage,
  nowMs: number,
): Result<Cost, UnknownModel> {
  return costWith(table, model, nowMs, (row) => {
    const rates = ratesFor(row, promptTokens(usage));
    return (
      BigInt(usage.inputTokens) * rates.input +
      BigInt(usage.outputTokens) * rates.output +
      BigInt(usage.cacheReadTokens) * rates.cacheRead +
      BigInt(usage.cacheWriteTokens) * rates.cacheWrite
    );
  });
}

/** Prices something by every row in effect at `nowMs` and keeps the dearest. `picoUsd` prices it by one row. */
export function costWith(
  table: PriceTable,
  model: string,
  nowMs: number,
  picoUsd: (row: PriceRow) => bigint,
): Result<Cost, UnknownModel> {
  const found = findModel(table, model);
  if (!found.ok) return found;
  const rows = rowsInEffect(found.value, nowMs);
  if (!rows.ok) return rows;
  const costs = rows.value.map((row): Cost => ({ microUsd: ceilToMicro(picoUsd(row)), priceRowId: row.id }));
  return ok(costs.reduce((dearest, cost) => (cost.microUsd > dearest.microUsd ? cost : dearest)));
}

/** The rates a request with `promptTokenCount` prompt tokens is billed at, output included. */
export function ratesFor(row: PriceRow, promptTokenCount: number): Rates {
  return row.longContext.findLast((tier) => promptTokenCount > tier.aboveTokens)?.rates ?? row.rates;
}

function ceilToMicro(picoUsd: bigint): bigint {
  return (picoUsd + PICO_PER_MICRO - 1n) / PICO_PER_MICRO;
}

function parseModel(entry: JsonObject): ModelPrice {
  const id = entry['id'];
  const prices = entry['prices'];
  if (typeof id !== 'string' || !Array.isArray(prices))
    throw new PriceTableError('expected a model with id and prices');
  const limits = [entry['max_output_tokens'], entry['context_window'], entry['max_input_tokens']];
  const maxOutputTokens = limits.find((limit) => typeof limit === 'number' && limit > 0);
  if (typeof maxOutputTokens !== 'number') throw new PriceTableError(`expected a token limit for \`${id}\`, got none`);
  const rows = prices.map((row) => {
    if (!isJsonObject(row)) throw new PriceTableError(`expected a price of \`${id}\` to be an object`);
    return parsePriceRow(id, row);
  });
  return { id, maxOutputTokens, hasProfiles: entry['platform'] === 'Amazon Bedrock', rows };
}

function namesOf(id: string, entry: JsonObject): readonly string[] {
  const aliases = Array.isArray(entry['aliases']) ? entry['aliases'] : [];
  const names = aliases.filter((alias) => typeof alias === 'string');
  return id.startsWith(LABEL_PREFIX) ? names : [id, ...names];
}
