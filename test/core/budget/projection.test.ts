import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usageCost } from '../../../core/budget/prices.ts';
import { projectCall } from '../../../core/budget/projection.ts';
import { TEST_NOW_MS } from '../../support/deps.ts';
import { PRICES } from './fixtures.ts';

describe('projectCall', () => {
  it('projects every prompt token at the dearest input-side rate and the full answer', () => {
    const call = { model: 'claude-opus-5-5', inputTokens: 1_000, maxOutputTokens: 100 };
    expect(projectCall(PRICES, call, TEST_NOW_MS)).toMatchObject({
      ok: true,
      value: { microUsd: 10_000n, tokens: 1_100n, priceRowId: expect.stringMatching(/^claude-opus-5-5@2026-09-22#/) },
    });
  });

  it('takes the model’s own limit when the request names none', () => {
    expect(projectCall(PRICES, { model: 'gpt-4o-mini', inputTokens: 0 }, TEST_NOW_MS)).toMatchObject({
      value: { tokens: 16_384n, microUsd: 9_831n },
    });
  });

  it('refuses an unknown model as a value', () => {
    expect(projectCall(PRICES, { model: 'gpt-9', inputTokens: 1 }, TEST_NOW_MS)).toMatchObject({
      ok: false,
      problem: { code: 'unknown_model' },
    });
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '7', null])('refuses %s tokens as a value', (tokens) => {
    const input = { model: 'gpt-4o-mini', inputTokens: tokens, maxOutputTokens: 1 };
    expect(projectCall(PRICES, input, TEST_NOW_MS)).toMatchObject({ problem: { code: 'invalid_tokens' } });
    if (tokens === null) return;
    const output = { model: 'gpt-4o-mini', inputTokens: 1, maxOutputTokens: tokens };
    expect(projectCall(PRICES, output, TEST_NOW_MS)).toMatchObject({ problem: { code: 'invalid_tokens' } });
  });

  it('is never less than what usage within it costs, for every model of the table', () => {
    const count = fc.integer({ min: 0, max: 400_000 });
    const names = fc.constantFrom(...PRICES.models.keys());
    fc.assert(
      fc.property(names, count, count, count, count, count, (model, input, read, write, output, spare) => {
        const usage = { inputTokens: input, cacheReadTokens: read, cacheWriteTokens: write, outputTokens: output };
        const call = { model, inputTokens: input + read + write, maxOutputTokens: output + spare };
        const projected = projectCall(PRICES, call, TEST_NOW_MS);
        const real = usageCost(PRICES, model, usage, TEST_NOW_MS);
        return projected.ok && real.ok && real.value.microUsd <= projected.value.microUsd;
      }),
      { numRuns: 500 },
    );
  });
});
