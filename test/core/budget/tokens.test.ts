import { describe, expect, it } from 'vitest';
import { MAX_TOKENS, parseUsage, promptTokens, tokenCount, totalTokens } from '../../../core/budget/tokens.ts';

describe('tokenCount', () => {
  it.each([0, 1, MAX_TOKENS])('accepts %s', (count) => {
    expect(tokenCount(count, 'inputTokens')).toEqual({ ok: true, value: count });
  });

  it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, MAX_TOKENS + 1])(
    'refuses %s as a value',
    (count) => {
      expect(tokenCount(count, 'inputTokens')).toMatchObject({
        ok: false,
        problem: { code: 'invalid_tokens', message: expect.stringContaining(String(count)) },
      });
    },
  );

  it.each(['12', null, undefined, true, 5n, {}])('refuses %s, which is no number', (value) => {
    expect(tokenCount(value, 'inputTokens').ok).toBe(false);
  });
});

describe('parseUsage', () => {
  it('counts absent cache tokens as 0', () => {
    expect(parseUsage({ inputTokens: 3, outputTokens: 4 })).toEqual({
      ok: true,
      value: { inputTokens: 3, outputTokens: 4, cacheReadTokens: 0, cacheWriteTokens: 0 },
    });
  });

  it.each([
    {},
    { inputTokens: 1 },
    { outputTokens: 1 },
    { inputTokens: 1, outputTokens: -1 },
    { inputTokens: 1, outputTokens: 1, cacheReadTokens: -5 },
    { inputTokens: 1, outputTokens: 1, cacheWriteTokens: '5' },
    null,
    [],
    'usage',
  ])('refuses %j', (usage) => {
    expect(parseUsage(usage).ok).toBe(false);
  });
});

it('counts cached tokens towards the prompt and every token towards caps', () => {
  const usage = { inputTokens: 1, outputTokens: 20, cacheReadTokens: 300, cacheWriteTokens: 4_000 };
  expect(promptTokens(usage)).toBe(4_301);
  expect(totalTokens(usage)).toBe(4_321n);
});
