import { describe, expect, it } from 'vitest';
import { PriceTableError } from '../../../core/budget/price-rows.ts';
import { findModel, parsePriceTable, usageCost } from '../../../core/budget/prices.ts';
import type { JsonObject } from '../../../core/json.ts';
import { TEST_NOW_MS } from '../../support/deps.ts';
import { PRICES } from './fixtures.ts';

const NO_TOKENS = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };

function row(overrides: JsonObject = {}): JsonObject {
  return { effective_from: null, effective_to: null, input: '0.000003', output: '0.000015', ...overrides };
}

function table(prices: readonly JsonObject[], entry: JsonObject = {}) {
  return parsePriceTable({ models: [{ id: 'm', aliases: [], max_output_tokens: 100, prices, ...entry }] });
}

function microUsd(prices: ReturnType<typeof table>, usage: object, nowMs = TEST_NOW_MS, model = 'm') {
  const cost = usageCost(prices, model, { ...NO_TOKENS, ...usage }, nowMs);
  return cost.ok ? cost.value.microUsd : cost.problem.code;
}

describe('findModel', () => {
  it.each([
    ['claude-opus-5-5', 'claude-opus-5-5'],
    ['gpt-5.6', 'gpt-5.6-sol'],
    ['global.anthropic.claude-opus-5-5', 'global.anthropic.claude-opus-5-5'],
    ['eu.anthropic.claude-opus-5-5', 'regional.anthropic.claude-opus-5-5'],
    ['jp.anthropic.claude-opus-5-5', 'regional.anthropic.claude-opus-5-5'],
    ['au.amazon.nova-2-lite-v1:0', 'regional.amazon.nova-2-lite-v1:0'],
    ['us.amazon.nova-pro-v1:0', 'amazon.nova-pro-v1:0'],
  ])('finds %s as %s', (name, id) => {
    expect(findModel(PRICES, name)).toMatchObject({ ok: true, value: { id } });
  });

  it.each(['claude-opus-5', 'gpt-5.6-sol'])('does not mistake %s for a longer or shorter name', (name) => {
    expect(findModel(PRICES, name)).toMatchObject({ ok: true, value: { id: name } });
  });

  it.each([
    'claude-opus-5-6',
    'claude-opus',
    'Claude-Opus-5-5',
    'claude-opus-5-5 ',
    'us.gpt-4.1',
    'us.global.anthropic.claude-opus-5-5',
    'regional.anthropic.claude-opus-5-5',
    'ap.anthropic.claude-opus-5-5',
    'global.',
    '',
    '__proto__',
  ])('refuses the unknown model `%s`', (model) => {
    expect(findModel(PRICES, model)).toEqual({ ok: false, problem: { code: 'unknown_model', model } });
  });
});

describe('usageCost', () => {
  it('multiplies exactly', () => {
    expect(microUsd(table([row()]), { inputTokens: 1_000_000, outputTokens: 1_000 })).toBe(3_015_000n);
  });

  it('rounds up to a whole micro-USD', () => {
    const prices = table([row({ input: '0.000000000001' })]);
    expect(microUsd(prices, { inputTokens: 1 })).toBe(1n);
    expect(microUsd(prices, { inputTokens: 1_000_000 })).toBe(1n);
    expect(microUsd(prices, { inputTokens: 1_000_001 })).toBe(2n);
    expect(microUsd(prices, {})).toBe(0n);
  });

  it('takes the input price for unseen cache reads and twice that for unseen cache writes', () => {
    const prices = table([row({ cache_read: null, cache_write: null })]);
    expect(microUsd(prices, { cacheReadTokens: 10 })).toBe(30n);
    expect(microUsd(prices, { cacheWriteTokens: 10 })).toBe(60n);
  });

  it('takes the dearer of the two cache write prices', () => {
    const prices = table([row({ cache_write: '0.000004', cache_write_1h: '0.000005' })]);
    expect(microUsd(prices, { cacheWriteTokens: 10 })).toBe(50n);
  });

  it('bills the whole request at the long-context rate above the threshold, cached tokens included', () => {
    const prices = table([
      row({ long_context: [{ above_input_tokens: 100, input: '0.00001', output: '0.0001', cache_read: '0.000001' }] }),
    ]);
    expect(microUsd(prices, { inputTokens: 100, outputTokens: 1 })).toBe(315n);
    expect(microUsd(prices, { inputTokens: 101, outputTokens: 1 })).toBe(1_110n);
    expect(microUsd(prices, { inputTokens: 50, cacheReadTokens: 51, outputTokens: 1 })).toBe(651n);
  });

  it('uses the row of the day, including its last day', () => {
    const prices = table([
      row({ effective_to: '2026-12-31', input: '0.000001' }),
      row({ effective_from: '2027-01-01', input: '0.000002' }),
    ]);
    const newYear = Date.UTC(2027, 0, 1);
    expect(microUsd(prices, { inputTokens: 1 }, newYear - 1)).toBe(1n);
    expect(microUsd(prices, { inputTokens: 1 }, newYear)).toBe(2n);
  });

  it('refuses a model that has no price yet', () => {
    expect(microUsd(table([row({ effective_from: '2027-01-01' })]), { inputTokens: 1 })).toBe('unknown_model');
  });

  it('takes the dearest of the rows in effect', () => {
    const cheap = row({ condition: 'off-peak', input: '0.000001' });
    const dear = row({ condition: 'peak', input: '0.000002' });
    expect(microUsd(table([cheap, dear]), { inputTokens: 1 })).toBe(2n);
    expect(microUsd(table([dear, cheap]), { inputTokens: 1 })).toBe(2n);
  });

  it('names the row, and another name when any of it changes', () => {
    const idOf = (prices: ReturnType<typeof table>) => {
      const cost = usageCost(prices, 'm', NO_TOKENS, TEST_NOW_MS);
      return cost.ok ? cost.value.priceRowId : '';
    };
    expect(idOf(table([row({ effective_from: '2026-01-01' })]))).toMatch(/^m@2026-01-01#[0-9a-f]{12}$/);
    expect(idOf(table([row()]))).not.toBe(idOf(table([row({ output: '0.000016' })])));
  });

  it('prices no model of the shipped table at nothing', () => {
    for (const name of PRICES.models.keys()) {
      const cost = usageCost(PRICES, name, { ...NO_TOKENS, inputTokens: 1, outputTokens: 1 }, TEST_NOW_MS);
      expect(cost, name).toMatchObject({ ok: true });
      expect(cost.ok && cost.value.microUsd > 0n, name).toBe(true);
    }
  });
});

describe('parsePriceTable', () => {
  it.each([
    ['a negative price', [row({ input: '-0.1' })], {}],
    ['a float', [row({ input: 0.1 })], {}],
    ['a price finer than a pico-USD', [row({ input: '0.0000000000001' })], {}],
    ['exponent notation', [row({ input: '1e-6' })], {}],
    ['no output price', [row({ output: null })], {}],
    ['a broken date', [row({ effective_from: 'soon' })], {}],
    ['a broken tier', [row({ long_context: [{ above_input_tokens: -1, input: '1', output: '1' }] })], {}],
    ['no token limit', [row()], { max_output_tokens: null }],
    ['a name twice', [row()], { aliases: ['m'] }],
  ])('throws on %s', (_, prices, entry) => {
    expect(() => table(prices, entry)).toThrow(PriceTableError);
  });

  it.each([null, {}, { models: 'none' }, { models: [1] }, { models: [{ id: 'm' }] }])('throws on %j', (file) => {
    expect(() => parsePriceTable(file)).toThrow(PriceTableError);
  });

  it('takes the context window for the answer when the vendor names no limit', () => {
    expect(findModel(PRICES, 'gemini-3.5-flash-lite')).toMatchObject({ value: { maxOutputTokens: 1_000_000 } });
  });
});
