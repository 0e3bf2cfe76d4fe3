import * as v from 'valibot';
import { eraseSubject } from '../../core/records/erase-subject.ts';
import { isMonth } from '../../core/records/months.ts';
import { IdSchema, parseBody } from '../shared/body.ts';
import { requiredMinimumDays } from '../shared/environment.ts';
import { priceTable } from '../shared/prices.ts';
import { json } from '../shared/problem.ts';
import { agentHandler } from '../shared/stack.ts';
import { coreDeps } from '../shared/wiring.ts';
import { eraseRefusal } from './refusals.ts';

const minimumDays = requiredMinimumDays('DETAILS_MINIMUM_DAYS');

const Month = v.pipe(v.string(), v.check(isMonth, 'expected a month, `yyyy-mm`'));
const Erasure = v.strictObject({
  actionId: IdSchema,
  subject: v.pipe(v.string(), v.regex(/^p\d{1,9}_[0-9a-f]{32}$/, 'expected a pseudonym')),
  from: Month,
  through: Month,
});

/** Destroys a subject's keys for an action of the caller's that people approved. Acknowledged by the 200 alone. */
export const handler = agentHandler(async (event, agentId) => {
  const request = parseBody(event, Erasure);
  const erased = await eraseSubject({ ...coreDeps(), prices: priceTable, minimumDays }, { agentId, ...request });
  return erased.ok ? json(200, erased.value) : eraseRefusal(erased.problem);
});
