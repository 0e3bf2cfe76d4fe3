import { extendRetention } from '../../core/records/extend-retention.ts';
import { releaseHold, setHold } from '../../core/records/govern-holds.ts';
import { parseBody } from '../shared/body.ts';
import { priceTable } from '../shared/prices.ts';
import { json } from '../shared/problem.ts';
import { agentHandler } from '../shared/stack.ts';
import { coreDeps } from '../shared/wiring.ts';
import { Extension, Hold, Release } from './bodies.ts';
import { configuredRetention } from './configured-retention.ts';
import { extensionRefusal, holdRefusal } from './refusals.ts';

/**
 * Sets or releases a legal hold, or lengthens a period, for an action of the caller's that people approved. Acknowledged by
 * the 200 alone.
 */
export const handler = agentHandler(async (event, agentId) => {
  const deps = { ...coreDeps(), prices: priceTable };
  if (event.resource.endsWith('/retention')) {
    const request = { agentId, ...parseBody(event, Extension) };
    const extended = await extendRetention({ ...deps, configured: configuredRetention() }, request);
    return extended.ok ? json(200, extended.value) : extensionRefusal(extended.problem);
  }
  const done = event.resource.endsWith('/release')
    ? await releaseHold(deps, { agentId, ...parseBody(event, Release) })
    : await setHold(deps, { agentId, ...parseBody(event, Hold) });
  return done.ok ? json(200, done.value) : holdRefusal(done.problem);
});
