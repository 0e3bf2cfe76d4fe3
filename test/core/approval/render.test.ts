import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_SHOWN_CHARACTERS, MAX_SHOWN_VALUES, renderParams, renderText } from '../../../core/approval/render.ts';
import { visibleText } from '../../../core/approval/visible-text.ts';

describe('visibleText', () => {
  it.each([
    ['plain text, with spaces: ok', 'plain text, with spaces: ok'],
    ['Müller & 株式会社', 'Müller & 株式会社'],
    ['a\u202eb', 'a⟨U+202E⟩b'],
    ['\u001b[31mred', '⟨U+001B⟩[31mred'],
    ['zero\u200bwidth', 'zero⟨U+200B⟩width'],
    ['two\nlines', 'two⟨U+000A⟩lines'],
    ['no\u00a0break', 'no⟨U+00A0⟩break'],
    ['end ', 'end⟨U+0020⟩'],
    ['a  b', 'a⟨U+0020⟩⟨U+0020⟩b'],
    ['⟨U+202E⟩', '⟨U+27E8⟩U+202E⟨U+27E9⟩'],
    ['tag\u{e0041}', 'tag⟨U+E0041⟩'],
    ['filler\u3164', 'filler⟨U+3164⟩'],
    ['variant\ufe0f', 'variant⟨U+FE0F⟩'],
  ])('shows %j as %j', (text, expected) => {
    expect(visibleText(text)).toBe(expected);
  });

  it('never shows two texts alike, and never shows an invisible character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (left, right) => {
        expect(visibleText(left) === visibleText(right)).toBe(left === right);
        expect(visibleText(left)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

describe('renderParams', () => {
  it('shows every nested parameter', () => {
    const shown = renderParams({ a: { b: [1, { c: null }], d: {} }, e: [], f: true, g: 'x' });
    expect(shown.map(({ path, text }) => [path, text])).toEqual([
      ['a › b › 1', '1'],
      ['a › b › 2 › c', 'null'],
      ['a › d', '{}'],
      ['e', '[]'],
      ['f', 'true'],
      ['g', 'x'],
    ]);
  });

  it('shows as many values as there are leaves when there are few', () => {
    const leaves = (value: unknown): number =>
      typeof value === 'object' && value !== null
        ? Math.max(
            1,
            Object.values(value).reduce((sum: number, member) => sum + leaves(member), 0),
          )
        : 1;
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), (params) => {
        const json = JSON.parse(JSON.stringify(params));
        expect(renderParams(json)).toHaveLength(Math.min(leaves(json), MAX_SHOWN_VALUES + 1));
      }),
    );
  });

  it.each([
    ['amountMicroUsd', '250000000000', 'USD 250,000.00'],
    ['amountMicroUsd', 1_234_567, 'USD 1.234567'],
    ['amountMicroUsd', '-5', 'USD -0.000005'],
    ['quantity', 1_500_000, '1,500,000'],
    ['quantity', -1_000, '-1,000'],
    ['amount', 12_500.75, '12,500.75'],
  ])('adds a readable form when %s is %j', (name, value, readable) => {
    expect(renderParams({ [name]: value })[0]?.readable).toBe(readable);
  });

  it.each([
    ['account', '1500000'],
    ['quantity', 999],
    ['rate', 0.5],
    ['amountMicroUsd', '1e6'],
  ])('adds none when %s is %j', (name, value) => {
    expect(renderParams({ [name]: value })[0]).not.toHaveProperty('readable');
  });

  it('says how much is left out when a value or the list is too long', () => {
    const long = renderText('memo', 'x'.repeat(MAX_SHOWN_CHARACTERS + 3));
    expect(long.text.endsWith('… 3 more characters')).toBe(true);
    expect(long.hints).toEqual(['cut']);
    const many = renderParams({ list: Array.from({ length: MAX_SHOWN_VALUES + 7 }, () => 0) });
    expect(many.at(-1)).toEqual({ path: '…', text: '… 7 more parameters', hints: ['cut'] });
  });

  it('still looks for trickery in what is left out', () => {
    expect(renderText('memo', `${'x'.repeat(MAX_SHOWN_CHARACTERS)}\u202e`).hints).toContain('hidden_characters');
  });

  it.each([
    ['Acme Ltd', []],
    ['Аcme Ltd', ['mixed_scripts']],
    ['Асме', ['lookalike_letters']],
    ['Αcme', ['mixed_scripts']],
    ['ﬁne', ['unusual_forms']],
    ['Acme\u200b', ['hidden_characters']],
    ['株式会社 Acme', []],
  ])('hints rightly about %j', (text, hints) => {
    expect(renderText('name', text).hints).toEqual(hints);
  });

  it('hints at a parameter whose name hides something', () => {
    expect(renderParams({ 'a\u202emount': 'x', 'p › q': 1 })).toEqual([
      { path: 'a⟨U+202E⟩mount', text: 'x', hints: ['hidden_characters'] },
      { path: 'p ⟨U+203A⟩ q', text: '1', hints: [] },
    ]);
  });
});
