import * as v from 'valibot';

const MAX_GENERATION = 99;
const generation = `a whole number from 1 to ${MAX_GENERATION}`;

const term = v.pipe(
  v.strictObject({
    /** How many keys there have been, this one included: a higher number makes a new key. */
    generation: v.optional(
      v.pipe(v.number(), v.integer(generation), v.minValue(1, generation), v.maxValue(MAX_GENERATION, generation)),
      1,
    ),
    /** Whether the key before this one still works beside it. */
    overlap: v.optional(v.boolean(), false),
  }),
  v.forward(
    v.partialCheck(
      [['generation'], ['overlap']],
      (given) => !given.overlap || given.generation > 1,
      'false, because there is no key before the first',
    ),
    ['overlap'],
  ),
);

/** Which of its keys a purpose is at. KMS does not rotate keys that sign or make MACs: each generation is a key of its own. */
export const keyTerms = v.strictObject({
  envelopeMac: v.optional(term, {}),
  envelopeSigning: v.optional(term, {}),
  log: v.optional(term, {}),
  receipts: v.optional(term, {}),
});

/** The keys of one purpose. */
export type KeyTerm = v.InferOutput<typeof term>;

/** All keys that are replaced by configuration. */
export type KeyTerms = v.InferOutput<typeof keyTerms>;
