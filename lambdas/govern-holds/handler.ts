import * as v from 'valibot';
import { releaseHold, setHold } from '../../core/records/govern-holds.ts';
import { IdSchema, parseBody, ReasonSchema } from '../shared/body.ts';
import { priceTable } from '../shared/prices.ts';
import { json } from '../shared/problem.ts';
import { agentHandler } from '../shared/stack.ts';
import { coreDeps } from '../shared/wiring.ts';
import { holdRefusal } from './refusals.ts';

const Day = v.pipe(v.string(), v.isoDate('expected a date, `yyyy-mm-dd`'));
const Release = v.strictObject({
  actionId: IdSchema,
  hold: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'expected lower-case letters, digits and `-`')),
  reason: ReasonSchema,
});
const Hold = v.strictObject({
  ...Release.entries,
  chain: v.exactOptional(v.pipe(v.string(), v.minLength(1), v.maxLength(160))),
  from: v.exactOptional(Day),
  to: v.exactOptional(Day),
  subject: v.exactOptional(v.pipe(v.string(), v.regex(/^p\d{1,9}_[0-9a-f]{32}$/, 'expected a pseudonym'))),
});

/** Sets or releases a legal hold for an action of the caller's that people approved. Acknowledged by the 200 alone. */
export const handler = agentHandler(async (event, agentId) => {
  const deps = { ...coreDeps(), prices: priceTable };
  const done = event.resource.endsWith('/release')
    ? await releaseHold(deps, { agentId, ...parseBody(event, Release) })
    : await setHold(deps, { agentId, ...parseBody(event, Hold) });
  return done.ok ? json(200, done.value) : holdRefusal(done.problem);
});
