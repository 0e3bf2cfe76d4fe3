import type { JsonObject, JsonValue } from '../../json.ts';
import { isJsonObject } from '../../json.ts';
import type { Result } from '../../result.ts';
import { ok, refused } from '../../result.ts';
import { sha256Hex } from '../hash.ts';
import { TILE_WIDTH } from '../log/tile-path.ts';
import type { ChainBudget } from './budget-conservation.ts';
import type { ChainTail } from './chain-tails.ts';
import { ID_BYTES } from './entry-columns.ts';
import { hex } from './fast-hash.ts';

/**
 * What a verification came to at the end of the last full bundle, for a later one to go on from. It says nothing by
 * itself: whoever can write it can have entries passed over, so it is kept by the verifier, never beside the log.
 */
export interface VerifiedState {
  readonly origin: string;
  /** Entries that were verified, a multiple of {@link TILE_WIDTH}. */
  readonly size: number;
  /** The root over them, hexadecimal. */
  readonly rootHex: string;
  /** Hash over the names of the kept checkpoints up to this size. */
  readonly keptHash: string;
  /** Ids of all these entries, {@link ID_BYTES} bytes each, in order; kept beside the text, which holds their hash. */
  readonly ids: Uint8Array;
  readonly tails: ReadonlyMap<string, ChainTail>;
  /** Open holds, and what counts against the latest day. */
  readonly budgets: ReadonlyMap<string, ChainBudget>;
}

const FORMAT = '2';

/** The text of a state: canonical enough to be kept in a file, read back by {@link parseVerifiedState}. */
export function formatVerifiedState({ origin, size, rootHex, keptHash, ids, tails, budgets }: VerifiedState): string {
  const chains = [...tails].map(([chain, { seq, timeMs, hash }]) => [chain, { seq, timeMs, hash: hex(hash) }]);
  const held = [...budgets].map(([chain, { day, dayMicroUsd, dayTokens, holds }]) => [
    chain,
    {
      day,
      microUsd: String(dayMicroUsd),
      tokens: String(dayTokens),
      holds: Object.fromEntries([...holds].map(([id, hold]) => [id, amountJson(hold)])),
    },
  ]);
  const parts = { chains: Object.fromEntries(chains), budgets: Object.fromEntries(held) };
  return `${JSON.stringify({ v: FORMAT, origin, size, root: rootHex, kept: keptHash, ids: sha256Hex(ids), ...parts })}\n`;
}

function amountJson({ day, microUsd, tokens }: { readonly day: string; microUsd: bigint; tokens: bigint }): JsonObject {
  return { day, microUsd: String(microUsd), tokens: String(tokens) };
}

/**
 * Reads a state; the problem says what is wrong with it.
 *
 * @param idBytes begins with the state's ids; a later verification that did not end may have added some
 */
export function parseVerifiedState(text: string, idBytes: Uint8Array): Result<VerifiedState, string> {
  try {
    const value: JsonValue = JSON.parse(text);
    const state = members(value);
    if (state['v'] !== FORMAT) return refused(`expected a state of version \`${FORMAT}\``);
    const size = whole(state['size']);
    if (size % TILE_WIDTH !== 0) return refused(`expected a size of whole bundles, got \`${size}\``);
    // A copy, because ids are read as words of four bytes.
    const ids = idBytes.slice(0, size * ID_BYTES);
    if (ids.length !== size * ID_BYTES || sha256Hex(ids) !== hash(state['ids']))
      return refused('expected the ids of the entries beside it, as the same verification wrote them');
    return ok({
      ids,
      origin: textOf(state['origin']),
      size,
      rootHex: hash(state['root']),
      keptHash: hash(state['kept']),
      tails: new Map(Object.entries(members(state['chains'])).map(([chain, tail]) => [chain, tailOf(members(tail))])),
      budgets: new Map(
        Object.entries(members(state['budgets'])).map(([chain, budget]) => [chain, budgetOf(members(budget))]),
      ),
    });
  } catch {
    return refused('expected a state that an earlier verification wrote');
  }
}

function tailOf(tail: JsonObject): ChainTail {
  return {
    seq: whole(tail['seq']),
    timeMs: whole(tail['timeMs']),
    hash: new Uint8Array(Buffer.from(hash(tail['hash']), 'hex')),
  };
}

function budgetOf(budget: JsonObject): ChainBudget {
  const holds = Object.entries(members(budget['holds'])).map(([id, hold]) => {
    const { day, microUsd, tokens } = members(hold);
    return [id, { day: textOf(day), microUsd: amount(microUsd), tokens: amount(tokens) }] as const;
  });
  return {
    day: textOf(budget['day']),
    dayMicroUsd: amount(budget['microUsd']),
    dayTokens: amount(budget['tokens']),
    holds: new Map(holds),
  };
}

function members(value: JsonValue | undefined): JsonObject {
  if (isJsonObject(value)) return value;
  throw new TypeError('expected an object');
}

function textOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  throw new TypeError('expected a string');
}

function whole(value: JsonValue | undefined): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new TypeError('expected a count');
}

function hash(value: JsonValue | undefined): string {
  const hexText = textOf(value);
  if (/^[0-9a-f]{64}$/.test(hexText)) return hexText;
  throw new TypeError('expected a hash');
}

/** A day's use may be negative when more was given back than held that day. */
function amount(value: JsonValue | undefined): bigint {
  const digits = textOf(value);
  if (/^-?(0|[1-9]\d*)$/.test(digits)) return BigInt(digits);
  throw new TypeError('expected an amount');
}
