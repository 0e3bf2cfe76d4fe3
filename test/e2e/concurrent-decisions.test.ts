import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemEntropy, systemPause } from '../../aws/system.ts';
import { submitAction } from '../../core/gate/submit.ts';
import { agentChain, genesisHash } from '../../core/ledger/event.ts';
import { parseEvent } from '../../core/ledger/parse-event.ts';
import { eventHash, statementSubject } from '../../core/ledger/statement.ts';
import { haltAgent } from '../../core/risk/agent-halt.ts';
import { decodeAgentHead } from '../../core/state/agent-head.ts';
import type { StoredItem } from '../../core/state/entities.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { actionRequest, givenGate, modelCall, registration } from '../support/gate.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await startTestDatabase();
});

afterAll(async () => database.close());

/** Worst case of one call in these tests, micro-USD. */
const CALL_MICRO_USD = 700;
const CALLERS = 64;

async function givenAgent(agentId: string, unitId: string, caps: { day: number; unit: number }) {
  const agent: StoredItem = registration({
    agentId,
    unitId,
    caps: {
      sessionMicroUsd: '1000000000',
      sessionTokens: '1000000000',
      dayMicroUsd: String(caps.day),
      dayTokens: '1000000000',
      sessionSeconds: 3_600,
    },
  });
  const unit = { unitId, monthMicroUsd: String(caps.unit), monthTokens: '1000000000' };
  await database.store.commit(
    [
      { op: 'put', ref: { entity: 'agent', agentId }, item: agent, when: [] },
      { op: 'put', ref: { entity: 'unit', unitId }, item: unit, when: [] },
    ],
    systemEntropy.ulid(Date.now()),
  );
}

const gate = () => ({ ...givenGate(), store: database.store, entropy: systemEntropy, pause: systemPause });

async function expectLinear(chain: string): Promise<number> {
  const rows = await database.chainRows(chain);
  const events = rows.map((bytes) => {
    const event = parseEvent(bytes);
    if (!event.ok) throw new Error(event.problem.check);
    return event.value;
  });
  expect(events.map((event) => event.seq)).toEqual(events.map((_event, index) => index));
  const hashes = [genesisHash(chain)];
  for (const [index, event] of events.entries())
    hashes.push(eventHash(rows[index] ?? new Uint8Array(), statementSubject(event)));
  expect(events.map((event) => event.prev)).toEqual(hashes.slice(0, -1));
  return rows.length;
}

/** Repeats a submission that gave up on contention, as a client does. */
async function submitUntilDecided(deps: ReturnType<typeof gate>, agentId: string, key: string) {
  for (;;) {
    const result = await submitAction(deps, agentId, modelCall({ idempotencyKey: key }));
    if (result.ok) return result.value.record.status;
  }
}

describe('64 callers at once on the sandbox database', () => {
  it("never pass one agent's day cap, fork its chain or lose a decision", async () => {
    const agentId = '111122223333:countersign-agent-day';
    await givenAgent(agentId, 'unit-day', { day: CALL_MICRO_USD * 10 + 300, unit: 1_000_000_000 });
    const deps = gate();
    const statuses = await Promise.all(
      Array.from({ length: CALLERS }, (_, index) => submitUntilDecided(deps, agentId, `day-${index}`)),
    );
    expect(statuses.filter((status) => status === 'allowed')).toHaveLength(10);
    expect(statuses.filter((status) => status === 'denied')).toHaveLength(CALLERS - 10);
    expect(await expectLinear(agentChain(agentId))).toBe(CALLERS);
    const [head] = await database.store.read([{ entity: 'agentHead', agentId }]);
    expect(decodeAgentHead(head ?? {}).dayMicroUsd).toBe(BigInt(CALL_MICRO_USD * 10));
  }, 120_000);

  it("never pass a unit's cap that many agents spend from", async () => {
    const agents = Array.from({ length: 16 }, (_, index) => `111122223333:countersign-agent-unit-${index}`);
    for (const agentId of agents) {
      await givenAgent(agentId, 'unit-shared', { day: 1_000_000_000, unit: CALL_MICRO_USD * 20 + 699 });
    }
    const deps = gate();
    const statuses = await Promise.all(
      agents.flatMap((agentId) => [0, 1, 2, 3].map((index) => submitUntilDecided(deps, agentId, `unit-${index}`))),
    );
    expect(statuses.filter((status) => status === 'allowed')).toHaveLength(20);
    const [spent] = await database.store.read([{ entity: 'unitBudget', unitId: 'unit-shared', month: '2026-11' }]);
    expect(BigInt(String(spent?.['committedMicroUsd']))).toBe(BigInt(CALL_MICRO_USD * 20));
    for (const agentId of agents) await expectLinear(agentChain(agentId));
  }, 120_000);

  it('commit no allow after a halt was acknowledged', async () => {
    const agentId = '111122223333:countersign-agent-halted';
    await givenAgent(agentId, 'unit-halt', { day: 1_000_000_000, unit: 1_000_000_000 });
    const deps = gate();
    let isAcknowledged = false;
    let allowedAfter = 0;
    const callers = Array.from({ length: 16 }, async (_, index) => {
      for (let round = 0; round < 8; round += 1) {
        const startedAfter = isAcknowledged;
        const result = await submitAction(deps, agentId, actionRequest({ idempotencyKey: `halt-${index}-${round}` }));
        if (result.ok && startedAfter && result.value.record.status === 'allowed') allowedAfter += 1;
      }
    });
    const halting = haltAgent(
      { ...deps, directory: { agentIds: async () => [agentId] } },
      {
        agentId,
        reason: 'odd payees',
        officer: { subject: 'risk-1', aliases: [], groups: ['risk-officer'] },
      },
    ).then((halted) => {
      isAcknowledged = halted.ok;
    });
    await Promise.all([...callers, halting]);
    expect(isAcknowledged).toBe(true);
    expect(allowedAfter).toBe(0);
    const rows = await database.chainRows(agentChain(agentId));
    const verdicts = rows.map((bytes) => String(JSON.parse(new TextDecoder().decode(bytes)).data.verdict));
    const firstDenial = verdicts.indexOf('deny');
    expect(firstDenial).toBeGreaterThanOrEqual(0);
    expect(verdicts.slice(firstDenial)).not.toContain('allow');
  }, 120_000);
});
