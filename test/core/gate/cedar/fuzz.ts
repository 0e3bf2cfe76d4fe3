import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { cedarCase } from './arbitrary/cases.ts';
import { answerWithBoth } from './differential.ts';

/**
 * Compares the compiled evaluator with the official engine on random policies, entities and requests:
 * `npm run fuzz -- 1000000 [SEED]`. Stops with exit code 1 at the first difference and prints what reproduces it.
 */
const cases = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? randomInt(2 ** 31));
const BATCH = 5_000;

if (!Number.isSafeInteger(cases) || cases < 1)
  throw new Error(`expected a number of cases, got \`${process.argv[2]}\``);

let requests = 0;
for (let done = 0; done < cases; done += BATCH) {
  const result = fc.check(
    fc.property(cedarCase, (generated) =>
      answerWithBoth(generated).every(({ compiled, official }) => {
        requests += 1;
        return JSON.stringify(compiled) === JSON.stringify(official);
      }),
    ),
    { numRuns: Math.min(BATCH, cases - done), seed: seed + done },
  );
  if (result.failed) {
    console.log(`a difference with seed ${seed + done}:\n${fc.defaultReportMessage(result) ?? ''}`);
    process.exit(1);
  }
  console.log(`${Math.min(cases, done + BATCH)} cases, ${requests} requests, no difference (seed ${seed})`);
}
