import * as v from 'valibot';
import type { RecordClass, RetentionDays } from '../../core/records/record-classes.ts';
import { citedDays, daysOf, RECORD_CLASS_NAMES, RECORD_CLASSES } from '../../core/records/record-classes.ts';

const MAX_LOCK_YEARS = 100;
const MAX_LOCK_DAYS = 36_500;

const whole = (max: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(max));
const instead = v.optional(v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200)));

const period = v.union(
  [v.strictObject({ days: whole(MAX_LOCK_DAYS), instead }), v.strictObject({ years: whole(MAX_LOCK_YEARS), instead })],
  `{ "days": 1 to ${MAX_LOCK_DAYS} } or { "years": 1 to ${MAX_LOCK_YEARS} }`,
);

/** A period that is no shorter than the cited one, or says which rule is followed in its place. */
const periodOf = (name: RecordClass) =>
  v.optional(
    v.pipe(
      period,
      v.check(
        (chosen) => chosen.instead !== undefined || daysOf(chosen) >= citedDays(name),
        `at least ${citedDays(name)} days as ${RECORD_CLASSES[name].citation} asks, or the rule that is followed \`instead\``,
      ),
    ),
  );

/** How long each class of records is kept; what is not said is kept as cited. */
export const periods = v.strictObject({
  decisions: periodOf('decisions'),
  approvals: periodOf('approvals'),
  control: periodOf('control'),
  bundles: periodOf('bundles'),
  details: periodOf('details'),
  logs: periodOf('logs'),
} satisfies { readonly [name in RecordClass]: unknown });

/** Classes whose configured period is shorter than the cited one. */
export function shortenedClasses(retention: RetentionDays): readonly RecordClass[] {
  return RECORD_CLASS_NAMES.filter((name) => retention[name] < citedDays(name));
}
