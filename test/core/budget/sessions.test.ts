import { describe, expect, it } from 'vitest';
import { closeSession, openSessionCount, withSession } from '../../../core/budget/sessions.ts';
import type { AgentHead } from '../../../core/state/agent-head.ts';
import { newAgentHead } from '../../../core/state/agent-head.ts';
import { TEST_NOW_MS } from '../../support/deps.ts';
import { AGENT_ID } from './fixtures.ts';

const OPEN = { startedAtMs: TEST_NOW_MS, microUsd: 1n, tokens: 2n, amountMicroUsd: 3n };

function head(overrides: Partial<AgentHead> = {}): AgentHead {
  return { ...newAgentHead(AGENT_ID), sessions: { s1: OPEN, s2: OPEN }, ...overrides };
}

describe('closeSession', () => {
  it('ends one session and keeps what it used', () => {
    const patch = closeSession(head(), 's1');
    expect(patch?.sessions).toEqual({ s1: { ...OPEN, startedAtMs: 0 }, s2: OPEN });
    expect(openSessionCount(head(patch), 60, TEST_NOW_MS)).toBe(1);
  });

  it.each(['nobody', 'constructor'])('does nothing for the unknown session %s', (sessionId) => {
    expect(closeSession(head(), sessionId)).toBeUndefined();
  });

  it('does nothing for a closed session', () => {
    expect(closeSession(head(closeSession(head(), 's1')), 's1')).toBeUndefined();
  });
});

describe('withSession', () => {
  const ended = Object.fromEntries(
    Array.from({ length: 18 }, (_, index) => [`e${index}`, { ...OPEN, startedAtMs: 1_000 + index }]),
  );

  it('forgets the longest-ended sessions beyond sixteen', () => {
    const sessions = withSession(head({ sessions: { ...ended, s1: OPEN } }), 'new', OPEN, 60, TEST_NOW_MS);
    expect(Object.keys(sessions)).toHaveLength(18);
    expect(sessions).not.toHaveProperty('e0');
    expect(sessions).not.toHaveProperty('e1');
    expect(sessions).toHaveProperty('s1');
  });

  it('forgets no session that still has a hold', () => {
    const hold = { microUsd: 1n, tokens: 1n, day: '', unitId: '', month: '', lapsesAtMs: 0, sessionId: 'e0' };
    const sessions = withSession(head({ sessions: ended, reservations: { hold } }), 'new', OPEN, 60, TEST_NOW_MS);
    expect(sessions).toHaveProperty('e0');
    expect(sessions).not.toHaveProperty('e1');
  });
});
