import { closeSession } from '../../core/gate/close-session.ts';
import { contentionReply } from '../shared/action-reply.ts';
import { pathId } from '../shared/body.ts';
import { json, problem } from '../shared/problem.ts';
import { agentHandler } from '../shared/stack.ts';
import { namingDeps } from '../shared/wiring.ts';

/** Ends one of the agent's sessions, so that another may open. */
export const handler = agentHandler(async (event, agentId) => {
  const sessionId = pathId(event);
  const closed = await closeSession(await namingDeps(), agentId, sessionId);
  if (!closed.ok) return contentionReply();
  if (closed.value === 'unknown') return problem(404, 'session_not_found', 'there is no such session of this agent');
  return json(200, { sessionId, status: 'closed' });
});
