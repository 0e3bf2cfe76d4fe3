import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UniqueIds } from '../../../../core/ledger/log-verify/unique-ids.ts';

// Few values, so that ids repeat, share words and are all zeros now and then.
const word = fc.oneof(fc.constantFrom(0, 1, 0xffff_ffff), fc.nat(0xffff_ffff));
const id = fc.tuple(word, word, word, word);

describe('a set of ids', () => {
  it.each([0, 100, 5_000_000])('knows exactly those added before, when room was made for %i', (expected) => {
    fc.assert(
      fc.property(fc.array(id, { maxLength: 300 }), (added) => {
        const ids = new UniqueIds(expected);
        const seen = new Set<string>();
        for (const words of added) {
          expect(ids.add(Uint32Array.from([7, ...words]), 1)).toBe(!seen.has(words.join()));
          seen.add(words.join());
        }
      }),
      { numRuns: expected > 1_000 ? 3 : 100 },
    );
  });

  it('still knows each of them when it has grown many times', () => {
    const [count, ids] = [40_000, new UniqueIds()];
    const words = Uint32Array.from({ length: count * 4 }, (_, index) => Math.imul(index + 1, 0x9e37_79b1));
    for (const isNew of [true, false])
      for (let offset = 0; offset < words.length; offset += 4)
        if (ids.add(words, offset) !== isNew) expect.fail(`expected ${isNew} at ${offset}`);
  });
});
