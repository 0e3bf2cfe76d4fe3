import { describe, expect, it } from 'vitest';
import type { ApprovalRequest } from '../../../core/approval/request.ts';
import { encodeRequest } from '../../../core/approval/request.ts';
import { encodeAgentStop } from '../../../core/risk/stops.ts';
import { decodeAgentHead, encodeAgentHead, newAgentHead } from '../../../core/state/agent-head.ts';
import type { SweepDeps } from '../../../lambdas/sweep/sweep.ts';
import { sweep } from '../../../lambdas/sweep/sweep.ts';
import { AGENT_ID, controls, OTHER_AGENT_ID, stamps } from '../../core/risk/fixtures.ts';
import { TEST_NOW_MS } from '../../support/deps.ts';
import { ledgerEvents } from '../../support/ledger-events.ts';

const ACTION = 'act_0123456789abcdefghjkmnpqrs';
const HEAD = { entity: 'agentHead', agentId: AGENT_ID } as const;
const UNIT = { entity: 'unitBudget', unitId: 'payments', month: '2026-11' } as const;
const HOLD = {
  microUsd: 40n,
  tokens: 4n,
  sessionId: 's1',
  day: '2026-11-20',
  unitId: 'payments',
  month: '2026-11',
  lapsesAtMs: TEST_NOW_MS,
};
const REQUEST: ApprovalRequest = {
  actionId: ACTION,
  agentId: AGENT_ID,
  agentName: 'Teller',
  status: 'open',
  type: 'payment.send',
  tier: 2,
  resource: 'account/1',
  sessionId: 's1',
  paramsJson: '{}',
  confidential: [],
  digest: 'd',
  rules: [],
  approvals: 1,
  managers: 0,
  createdAtMs: TEST_NOW_MS,
  expiresAtMs: TEST_NOW_MS + 60_000,
  linkKey: new Uint8Array(32),
};

function world(overrides: Partial<Pick<SweepDeps, 'openRequests' | 'pendingActions'>> = {}) {
  const base = controls();
  const told: string[] = [];
  const deps = {
    ...base,
    workflow: {
      start: async ({ actionId }: { actionId: string }) => void told.push(`start ${actionId}`),
      complete: async (token: string) => void told.push(`complete ${token}`),
      fail: async (token: string) => void told.push(`fail ${token}`),
    },
    closer: {
      closeTimedOut: async ({ actionId }: { actionId: string }) => void told.push(`close ${actionId}`),
    },
    openRequests: { open: async () => [] },
    pendingActions: { pendingActionIds: async () => [] },
    ...overrides,
  };
  return { deps, told };
}

function chainTypes(deps: ReturnType<typeof world>['deps']) {
  return ledgerEvents(deps.store, `agent/${AGENT_ID}`)[0]?.type;
}

describe('sweep', () => {
  it('finds nothing to do when nothing is half-done', async () => {
    const { deps, told } = world();
    expect(await sweep(deps)).toEqual({ agents: 2, released: 0, stamped: 0, reported: 0, restarted: 0 });
    expect([deps.store.commits, told]).toEqual([[], []]);
  });

  it('has a request closed when it is open long after its time', async () => {
    const late = { ...REQUEST, expiresAtMs: TEST_NOW_MS - 11 * 60_000 };
    const { deps, told } = world({ openRequests: { open: async () => [late] } });
    expect(await sweep(deps)).toMatchObject({ reported: 1 });
    expect(told).toEqual([`close ${ACTION}`]);
  });

  it('gives lapsed holds back and records it', async () => {
    const { deps } = world();
    const head = { ...newAgentHead(AGENT_ID), version: 3, day: '2026-11-20', dayMicroUsd: 100n, dayTokens: 10n };
    deps.store.set(HEAD, encodeAgentHead({ ...head, reservations: { act_1: HOLD } }));
    deps.store.set(UNIT, { committedMicroUsd: 100, committedTokens: 10 });
    expect(await sweep(deps)).toMatchObject({ released: 1 });
    const stored = deps.store.get(HEAD);
    expect(stored && decodeAgentHead(stored)).toMatchObject({ dayMicroUsd: 60n, reservations: {} });
    expect(deps.store.get(UNIT)).toEqual({ committedMicroUsd: 60, committedTokens: 6 });
    expect(chainTypes(deps)).toBe('budget.released');
    expect(await sweep(deps)).toMatchObject({ released: 0 });
  });

  it('stamps a stop that a crash kept from the heads', async () => {
    const { deps } = world();
    const halted = { version: 1, halted: true, reason: 'r', byPseudonym: 'p', atMs: 1 };
    deps.store.set({ entity: 'agentStop', agentId: AGENT_ID }, encodeAgentStop(halted));
    expect(await sweep(deps)).toMatchObject({ stamped: 1 });
    expect(stamps(deps.store).agent).toBe(1);
  });

  it('reports answers of open requests again', async () => {
    const { deps, told } = world({ openRequests: { open: async () => [REQUEST] } });
    deps.store.set({ entity: 'approvalRequest', actionId: ACTION }, encodeRequest(REQUEST));
    deps.store.set(
      { entity: 'approvalSlot', actionId: ACTION, slot: 1 },
      {
        taskToken: 'token-1',
        decision: 'approve',
        subject: 's',
        aliases: [],
        approver: 'p',
        manager: false,
        reason: 'r',
        digest: 'd',
        decidedAtMs: 1,
      },
    );
    expect(await sweep(deps)).toMatchObject({ reported: 1, restarted: 0 });
    expect(told).toEqual(['complete token-1']);
  });

  it('starts the workflow of a pending action without a request, and asks for none younger than a minute', async () => {
    const asked: number[] = [];
    const pendingActionIds = async (_: string, createdBeforeMs: number) => {
      asked.push(createdBeforeMs);
      return [ACTION, 'act_with_request'];
    };
    const { deps, told } = world({ pendingActions: { pendingActionIds } });
    deps.store.set(HEAD, encodeAgentHead({ ...newAgentHead(AGENT_ID), version: 3, pendingApprovals: 1 }));
    deps.store.set({ entity: 'approvalRequest', actionId: 'act_with_request' }, encodeRequest(REQUEST));
    expect(await sweep(deps)).toMatchObject({ restarted: 1 });
    expect(told).toEqual([`start ${ACTION}`]);
    expect(asked).toEqual([TEST_NOW_MS - 60_000]);
  });

  it('does not look for pending actions when each has an open request', async () => {
    const pendingActionIds = async () => Promise.reject(new Error('looked'));
    const { deps } = world({
      openRequests: { open: async () => [REQUEST] },
      pendingActions: { pendingActionIds },
    });
    deps.store.set(HEAD, encodeAgentHead({ ...newAgentHead(AGENT_ID), version: 3, pendingApprovals: 1 }));
    expect(await sweep(deps)).toMatchObject({ restarted: 0 });
  });

  it('does the rest when one part fails, then fails', async () => {
    const { deps } = world({ openRequests: { open: async () => Promise.reject(new Error('index away')) } });
    const other = { ...newAgentHead(OTHER_AGENT_ID), version: 3, day: '2026-11-20', dayMicroUsd: 40n, dayTokens: 4n };
    deps.store.set(HEAD, { version: 'unreadable' });
    deps.store.set(
      { entity: 'agentHead', agentId: OTHER_AGENT_ID },
      encodeAgentHead({ ...other, reservations: { a: HOLD } }),
    );
    deps.store.set(UNIT, { committedMicroUsd: 40, committedTokens: 4 });
    await expect(sweep(deps)).rejects.toMatchObject({ errors: { length: 2 } });
    expect(deps.store.get(UNIT)).toMatchObject({ committedMicroUsd: 0 });
  });
});
