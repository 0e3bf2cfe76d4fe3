import type { JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';

/** No single count may be larger: beyond it a report is a mistake or an attack, not usage. */
export const MAX_TOKENS = 1_000_000_000;

/**
 * Tokens of one model call. Cached tokens count outside `inputTokens`, as Anthropic reports them; vendors that report
 * them inside the prompt count have to be normalised by whoever reports, and err high when they are not.
 */
export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
}

/** Why a count was refused. */
export interface InvalidTokens {
  readonly code: 'invalid_tokens';
  readonly message: string;
}

/** Checks one count: an integer from 0 to {@link MAX_TOKENS}; anything else is refused as a value. */
export function tokenCount(value: unknown, name: string): Result<number, InvalidTokens> {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_TOKENS) return ok(value);
  const got = typeof value === 'number' ? String(value) : typeof value;
  return refused({
    code: 'invalid_tokens',
    message: `expected ${name} to be an integer from 0 to ${MAX_TOKENS}, got \`${got}\``,
  });
}

/** Reads a usage report. Cache counts may be absent, which means 0; nothing else may. */
export function parseUsage(value: JsonValue | undefined): Result<TokenUsage, InvalidTokens> {
  if (!isJsonObject(value)) {
    return refused({ code: 'invalid_tokens', message: `expected usage to be an object, got \`${typeof value}\`` });
  }
  const input = tokenCount(value['inputTokens'], 'inputTokens');
  if (!input.ok) return input;
  const output = tokenCount(value['outputTokens'], 'outputTokens');
  if (!output.ok) return output;
  const cacheRead = tokenCount(value['cacheReadTokens'] ?? 0, 'cacheReadTokens');
  if (!cacheRead.ok) return cacheRead;
  const cacheWrite = tokenCount(value['cacheWriteTokens'] ?? 0, 'cacheWriteTokens');
  if (!cacheWrite.ok) return cacheWrite;
  return ok({
    inputTokens: input.value,
    outputTokens: output.value,
    cacheReadTokens: cacheRead.value,
    cacheWriteTokens: cacheWrite.value,
  });
}

/** Tokens that decide the long-context tier: the prompt, cached parts included. */
export function promptTokens(usage: TokenUsage): number {
  return usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
}

/** Tokens that count against a cap: all of them. */
export function totalTokens(usage: TokenUsage): bigint {
  return BigInt(promptTokens(usage) + usage.outputTokens);
}
