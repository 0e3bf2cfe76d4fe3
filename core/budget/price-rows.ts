import type { JsonObject, JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';
import { canonicalJson } from '../ledger/canonical.ts';
import { sha256Hex } from '../ledger/hash.ts';

/** Thrown when the price table cannot be read exactly: a deployment fault, found before any decision is made. */
export class PriceTableError extends Error {
  readonly code = 'price_table';
}

/** Exact prices, integer pico-USD (10⁻¹² USD) per token. */
export interface Rates {
  readonly input: bigint;
  readonly output: bigint;
  readonly cacheRead: bigint;
  /** The dearest way to write the cache: reports do not say for how long it was kept. */
  readonly cacheWrite: bigint;
}

/** A price in effect from `fromMs` until before `untilMs`, both epoch milliseconds. */
export interface PriceRow {
  /** `<model>@<first day>#<12 hex digits of the row's hash>`: what a ledger entry names, so that it can be replayed. */
  readonly id: string;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly rates: Rates;
  /** Ascending; above a threshold the whole request is billed at that tier's rates. */
  readonly longContext: readonly { readonly aboveTokens: number; readonly rates: Rates }[];
}

const DAY_MS = 86_400_000;
const PICO_DIGITS = 12;

/**
 * Reads one row of the price file.
 *
 * @throws {PriceTableError} when a price is missing, negative or finer than a pico-USD, or a date is not a date
 */
export function parsePriceRow(modelId: string, row: JsonObject): PriceRow {
  const { effective_from: from, effective_to: to, long_context: tiers } = row;
  const hash = sha256Hex(canonicalJson([modelId, row])).slice(0, 12);
  return {
    id: `${modelId}@${typeof from === 'string' ? from : 'always'}#${hash}`,
    fromMs: from === null || from === undefined ? Number.NEGATIVE_INFINITY : dayStartMs(from),
    untilMs: to === null || to === undefined ? Number.POSITIVE_INFINITY : dayStartMs(to) + DAY_MS,
    rates: parseRates(row),
    longContext: (Array.isArray(tiers) ? tiers : []).map(parseTier).sort((a, b) => a.aboveTokens - b.aboveTokens),
  };
}

function parseTier(tier: JsonValue): { aboveTokens: number; rates: Rates } {
  if (!isJsonObject(tier)) throw new PriceTableError(`expected a tier to be an object, got \`${typeof tier}\``);
  const aboveTokens = tier['above_input_tokens'];
  if (typeof aboveTokens !== 'number' || !Number.isSafeInteger(aboveTokens) || aboveTokens < 0) {
    throw new PriceTableError(`expected \`above_input_tokens\` to be a count, got \`${String(aboveTokens)}\``);
  }
  return { aboveTokens, rates: parseRates(tier) };
}

/** A price that was not seen is not free: cache reads then cost the input price, cache writes twice that. */
function parseRates(row: JsonObject): Rates {
  const input = picoUsd(row['input'], 'input');
  const write = optionalPicoUsd(row['cache_write'], 'cache_write') ?? 2n * input;
  const longWrite = optionalPicoUsd(row['cache_write_1h'], 'cache_write_1h') ?? 2n * input;
  return {
    input,
    output: picoUsd(row['output'], 'output'),
    cacheRead: optionalPicoUsd(row['cache_read'], 'cache_read') ?? input,
    cacheWrite: write > longWrite ? write : longWrite,
  };
}

function optionalPicoUsd(value: JsonValue | undefined, name: string): bigint | undefined {
  return value === null || value === undefined ? undefined : picoUsd(value, name);
}

function picoUsd(value: JsonValue | undefined, name: string): bigint {
  const match = typeof value === 'string' ? /^(\d+)(?:\.(\d{1,12}))?$/.exec(value) : null;
  if (match === null)
    throw new PriceTableError(`expected \`${name}\` to be a decimal string, got \`${String(value)}\``);
  const [, whole = '', fraction = ''] = match;
  return BigInt(whole + fraction.padEnd(PICO_DIGITS, '0'));
}

function dayStartMs(value: JsonValue): number {
  const time = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(`${value}T00:00:00Z`) : NaN;
  if (Number.isNaN(time)) throw new PriceTableError(`expected a date yyyy-mm-dd, got \`${String(value)}\``);
  return time;
}
