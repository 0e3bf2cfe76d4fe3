import { decodeAgentRegistration } from '../../core/authority/registration.ts';
import { toolsFor } from '../../core/gate/tools.ts';
import { decodeStopAll } from '../../core/risk/stops.ts';
import { policyBundles } from '../shared/bundle.ts';
import { json } from '../shared/problem.ts';
import { agentHandler } from '../shared/stack.ts';
import { coreDeps } from '../shared/wiring.ts';

/** Lists the action types an agent may use by the bundle in force, and nothing of those it may not. */
export const handler = agentHandler(async (_event, agentId) => {
  const [agent, stopAll] = await coreDeps().store.read([{ entity: 'agent', agentId }, { entity: 'stopAll' }]);
  const registration = agent === undefined ? undefined : decodeAgentRegistration(agent);
  const bundle = await policyBundles().fetched(decodeStopAll(stopAll).activeBundle);
  return json(200, { agentId, tools: toolsFor(bundle, registration) });
});
