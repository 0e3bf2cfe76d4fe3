import { decodeAgentRegistration } from '../../core/authority/registration.ts';
import { toolsFor } from '../../core/gate/tools.ts';
import { policyBundle } from '../shared/bundle.ts';
import { json } from '../shared/problem.ts';
import { agentHandler } from '../shared/stack.ts';
import { coreDeps } from '../shared/wiring.ts';

/** Lists the action types an agent may use, and nothing of those it may not. */
export const handler = agentHandler(async (_event, agentId) => {
  const { store } = coreDeps();
  const [stored] = await store.read([{ entity: 'agent', agentId }]);
  const registration = stored === undefined ? undefined : decodeAgentRegistration(stored);
  return json(200, { agentId, tools: toolsFor(policyBundle(), registration) });
});
