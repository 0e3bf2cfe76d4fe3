import * as v from 'valibot';
import { EXTENDABLE_CLASSES } from '../../core/records/retention-in-force.ts';
import { IdSchema, ReasonSchema } from '../shared/body.ts';

const Day = v.pipe(v.string(), v.isoDate('expected a date, `yyyy-mm-dd`'));
/** What releases a hold. */
export const Release = v.strictObject({
  actionId: IdSchema,
  hold: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'expected lower-case letters, digits and `-`')),
  reason: ReasonSchema,
});
/** What sets a hold. */
export const Hold = v.strictObject({
  ...Release.entries,
  chain: v.exactOptional(v.pipe(v.string(), v.minLength(1), v.maxLength(160))),
  from: v.exactOptional(Day),
  to: v.exactOptional(Day),
  subject: v.exactOptional(v.pipe(v.string(), v.regex(/^p\d{1,9}_[0-9a-f]{32}$/, 'expected a pseudonym'))),
});

/** What lengthens a period. */
export const Extension = v.strictObject({
  actionId: IdSchema,
  recordClass: v.picklist(EXTENDABLE_CLASSES),
  days: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(36_500)),
  reason: ReasonSchema,
});
