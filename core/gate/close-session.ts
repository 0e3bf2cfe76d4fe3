import { closeSession as closeSessionOf } from '../budget/sessions.ts';
import type { Pseudonymizer } from '../ports.ts';
import type { Result } from '../result.ts';
import type { ChangeDeps, Contention } from '../state/change-agent.ts';
import { changeAgent } from '../state/change-agent.ts';

/** What closing a session needs from outside. */
export interface CloseSessionDeps extends ChangeDeps {
  readonly pseudonyms: Pseudonymizer;
}

/** How a session stands after closing. `unknown` when the agent has no such session, or none any more. */
export type SessionStanding = 'closed' | 'unknown';

/** Ends a session, so that another may open. Holds in it still settle; its id starts no new budget. */
export async function closeSession(
  deps: CloseSessionDeps,
  agentId: string,
  sessionId: string,
): Promise<Result<SessionStanding, Contention>> {
  return changeAgent<SessionStanding>(deps, agentId, [], ({ head }) => {
    const patch = closeSessionOf(head, sessionId);
    if (patch === undefined) return { done: Object.hasOwn(head.sessions, sessionId) ? 'closed' : 'unknown' };
    return {
      event: {
        type: 'session.closed',
        agentId,
        frameworkRefs: ['AIR-DET-021'],
        data: { session: deps.pseudonyms.pseudonym('session', sessionId) },
      },
      head: patch,
      result: () => 'closed',
    };
  });
}
