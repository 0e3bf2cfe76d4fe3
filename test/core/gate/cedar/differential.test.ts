import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cedarCase } from './arbitrary/cases.ts';
import { answerWithBoth } from './differential.ts';

/** `npm run fuzz` runs a million. */
const CASES = 5_000;
const TIMEOUT_MS = 120_000;

describe('evaluate', () => {
  it(
    'answers as the official engine does when policies, entities and requests are random',
    () => {
      fc.assert(
        fc.property(cedarCase, (generated) => {
          for (const { compiled, official } of answerWithBoth(generated)) expect(compiled).toEqual(official);
        }),
        { numRuns: CASES },
      );
    },
    TIMEOUT_MS,
  );
});
