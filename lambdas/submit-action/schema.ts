import * as v from 'valibot';
import { IdSchema, JsonObjectSchema } from '../shared/body.ts';

/** What an agent submits. */
export const Action = v.strictObject({
  type: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9.-]{0,63}$/, 'expected a dotted lower-case action type')),
  params: JsonObjectSchema,
  resource: v.pipe(v.string(), v.regex(/^[a-z][a-z-]{0,31}\/[^\p{C}]{1,256}$/u, 'expected `<kind>/<id>`')),
  sessionId: IdSchema,
  idempotencyKey: IdSchema,
});
