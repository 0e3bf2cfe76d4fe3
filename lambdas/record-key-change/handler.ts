import * as v from 'valibot';
import { KEY_PURPOSES, KEY_STEPS, recordKeyChange } from '../../core/records/record-key-change.ts';
import { IdSchema, parseBody } from '../shared/body.ts';
import { priceTable } from '../shared/prices.ts';
import { json } from '../shared/problem.ts';
import { agentHandler } from '../shared/stack.ts';
import { coreDeps } from '../shared/wiring.ts';
import { deployedKeys } from './deployed-keys.ts';
import { keyChangeRefusal } from './refusals.ts';

const Change = v.strictObject({
  actionId: IdSchema,
  purpose: v.picklist(KEY_PURPOSES),
  step: v.picklist(KEY_STEPS),
  generation: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
});

/** Records that a key was replaced or retired, for an action of the caller's that people approved. */
export const handler = agentHandler(async (event, agentId) => {
  const deps = { ...coreDeps(), ...deployedKeys(), prices: priceTable };
  const recorded = await recordKeyChange(deps, { agentId, ...parseBody(event, Change) });
  return recorded.ok ? json(200, recorded.value) : keyChangeRefusal(recorded.problem);
});
