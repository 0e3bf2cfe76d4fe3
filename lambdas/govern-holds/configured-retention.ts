import * as v from 'valibot';
import type { RetentionDays } from '../../core/records/record-classes.ts';
import { requiredEnv } from '../shared/environment.ts';

const Days = v.pipe(v.number(), v.integer(), v.minValue(0));
const Retention = v.strictObject({
  decisions: Days,
  approvals: Days,
  control: Days,
  bundles: Days,
  details: Days,
  logs: Days,
});

/**
 * The periods that the deployment's configuration says.
 *
 * @throws {Error} when the variable is missing or says none
 */
export function configuredRetention(): RetentionDays {
  return v.parse(Retention, JSON.parse(requiredEnv('RETENTION_DAYS')));
}
