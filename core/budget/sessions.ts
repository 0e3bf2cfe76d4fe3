import type { AgentHead, SessionState } from '../state/agent-head.ts';

/** Sessions an agent may have open at once. */
export const MAX_OPEN_SESSIONS = 8;

/** Ended sessions that are remembered, so that their ids do not start afresh. Older ones are forgotten. */
const MAX_ENDED_SESSIONS = 16;

/** The start time of a session that was closed: older than any time limit. */
const CLOSED_AT_MS = 0;

type Sessions = AgentHead['sessions'];

/** The session's state, or undefined when the agent never used that id. Ids are data, never property names of objects. */
export function sessionOf(head: AgentHead, sessionId: string): SessionState | undefined {
  return Object.hasOwn(head.sessions, sessionId) ? head.sessions[sessionId] : undefined;
}

/** True when a session was closed or its time is up. */
export function isEnded(session: SessionState, sessionSeconds: number, nowMs: number): boolean {
  return session.startedAtMs === CLOSED_AT_MS || nowMs - session.startedAtMs >= sessionSeconds * 1_000;
}

/** How many of an agent's sessions are open. */
export function openSessionCount(head: AgentHead, sessionSeconds: number, nowMs: number): number {
  return Object.values(head.sessions).filter((session) => !isEnded(session, sessionSeconds, nowMs)).length;
}

/** The agent's sessions with `session` put in, and the longest-ended ones forgotten when there are too many. */
export function withSession(
  head: AgentHead,
  sessionId: string,
  session: SessionState,
  sessionSeconds: number,
  nowMs: number,
): Sessions {
  const held = new Set(Object.values(head.reservations).map((hold) => hold.sessionId));
  const forgettable = Object.entries(head.sessions)
    .filter(([id, state]) => id !== sessionId && !held.has(id) && isEnded(state, sessionSeconds, nowMs))
    .sort(([, left], [, right]) => right.startedAtMs - left.startedAtMs)
    .slice(MAX_ENDED_SESSIONS)
    .map(([id]) => id);
  const forgotten = new Set(forgettable);
  const kept = Object.entries(head.sessions).filter(([id]) => id !== sessionId && !forgotten.has(id));
  return Object.fromEntries([...kept, [sessionId, session]]);
}

/**
 * Closes a session: nothing more is allowed in it; holds in it still settle.
 *
 * @returns the head's change, or undefined when there is no such session or it is closed already
 */
export function closeSession(head: AgentHead, sessionId: string): Pick<AgentHead, 'sessions'> | undefined {
  const session = sessionOf(head, sessionId);
  if (session === undefined || session.startedAtMs === CLOSED_AT_MS) return undefined;
  return {
    sessions: Object.fromEntries([
      ...Object.entries(head.sessions).filter(([id]) => id !== sessionId),
      [sessionId, { ...session, startedAtMs: CLOSED_AT_MS }],
    ]),
  };
}
