import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePattern, type PatternPart } from '../../../../core/gate/cedar/like.ts';

const part: fc.Arbitrary<PatternPart> = fc.oneof(
  fc.constant<PatternPart>('wildcard'),
  fc.string({ unit: fc.constantFrom('a', 'b', '*', '.'), maxLength: 2 }).map((literal) => ({ literal })),
);
const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '.', '\n'), maxLength: 10 });

function asRegExp(parts: readonly PatternPart[]): RegExp {
  const source = parts.map((one) => (one === 'wildcard' ? '[^]*' : one.literal.replace(/[*.]/g, '\\$&')));
  return new RegExp(`^${source.join('')}$`);
}

describe('compilePattern', () => {
  it('matches as the same regular expression does', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), text, (parts, subject) => {
        expect(compilePattern(parts)(subject)).toBe(asRegExp(parts).test(subject));
      }),
      { numRuns: 2_000 },
    );
  });

  it('needs prefix and suffix not to overlap when the text is shorter than both', () => {
    expect(compilePattern([{ literal: 'aba' }, 'wildcard', { literal: 'aba' }])('aba')).toBe(false);
  });

  it('answers at once when a pattern of many wildcards meets a long text', () => {
    const parts = Array.from({ length: 60 }, (): PatternPart[] => ['wildcard', { literal: 'a' }]).flat();
    expect(compilePattern([...parts, { literal: 'b' }])('a'.repeat(20_000))).toBe(false);
  });
});
