import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemEntropy } from '../../aws/system.ts';
import { decide } from '../../core/approval/decide.ts';
import { openRequest } from '../../core/approval/open-request.ts';
import { seal } from '../../core/approval/seal.ts';
import { loadDeclarations } from '../../core/authority/load.ts';
import { releaseLapsedHolds } from '../../core/budget/release-lapsed-holds.ts';
import { cancelAction } from '../../core/gate/cancel.ts';
import { closeSession } from '../../core/gate/close-session.ts';
import { reportOutcome } from '../../core/gate/outcome.ts';
import { redeemAction } from '../../core/gate/redeem.ts';
import { submitAction } from '../../core/gate/submit.ts';
import { archiveChain } from '../../core/ledger/archive.ts';
import { agentChain } from '../../core/ledger/event.ts';
import { ledgerRow } from '../../core/ledger/ledger-row.ts';
import { verifyArchive } from '../../core/ledger/verify.ts';
import { haltAgent } from '../../core/risk/agent-halt.ts';
import { setRiskLevel } from '../../core/risk/risk-level.ts';
import { raiseVeto } from '../../core/risk/veto.ts';
import { MAX_ATTEMPTS } from '../../core/state/change-agent.ts';
import type { Write } from '../../core/state/entities.ts';
import { requiredEnv } from '../../lambdas/shared/environment.ts';
import { MemoryArchive, MemoryLedger, memoryPorts } from '../core/ledger/memory-archive.ts';
import { archiveOf, headsOf, sampleChain, sourceOf } from '../core/ledger/sample-log.ts';
import { AGENT_ID } from '../support/api-event.ts';
import { newPayeePayment } from '../support/approved-action.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { modelCall, registration } from '../support/gate.ts';
import { ledgerEvents } from '../support/ledger-events.ts';
import { sourceFiles } from '../support/source-files.ts';
import {
  ANN,
  answer,
  approvedByPeople,
  givenWholeGate,
  HEAD,
  RITA,
  submitted,
  type WholeGate,
  waiting,
} from './whole-gate.ts';

const CHAIN = agentChain(AGENT_ID);
const REASON = { officer: RITA, reason: 'odd' };

/** Everything that writes the ledger, each ready to run once. */
const WRITERS: readonly [string, (gate: WholeGate) => Promise<() => Promise<unknown>>][] = [
  ['a decision', async (gate) => () => submitAction(gate, AGENT_ID, modelCall())],
  [
    'an approval request',
    async (gate) => {
      const { actionId } = await submitted(gate, newPayeePayment());
      return () => openRequest(gate, { actionId, agentId: AGENT_ID });
    },
  ],
  [
    'an answer',
    async (gate) => {
      const { actionId, digest } = await waiting(gate, newPayeePayment());
      return () => decide(gate, { actionId, person: ANN, decision: 'approve', reason: 'fine', digest });
    },
  ],
  [
    'a seal',
    async (gate) => {
      const record = await waiting(gate, newPayeePayment());
      await answer(gate, record, ANN);
      return () => seal(gate, { actionId: record.actionId, agentId: AGENT_ID });
    },
  ],
  [
    'a redemption',
    async (gate) => {
      const { record, envelopes } = await approvedByPeople(gate, newPayeePayment());
      return () => redeemAction(gate, AGENT_ID, record.actionId, envelopes);
    },
  ],
  [
    'an outcome',
    async (gate) => {
      const { actionId } = await submitted(gate, modelCall());
      return () => reportOutcome(gate, AGENT_ID, actionId, { result: 'succeeded' });
    },
  ],
  [
    'a cancellation',
    async (gate) => {
      const { actionId } = await submitted(gate, newPayeePayment());
      return () => cancelAction(gate, AGENT_ID, actionId, 'no longer needed');
    },
  ],
  [
    'the end of a session',
    async (gate) => {
      await submitted(gate, modelCall());
      return () => closeSession(gate, AGENT_ID, 'session-1');
    },
  ],
  [
    'a lapse',
    async (gate) => {
      await submitted(gate, modelCall());
      gate.clock.advance(3_600_000);
      return () => releaseLapsedHolds(gate, AGENT_ID);
    },
  ],
  ['a halt', async (gate) => () => haltAgent(gate, { ...REASON, agentId: AGENT_ID })],
  ['a veto', async (gate) => () => raiseVeto(gate, REASON)],
  ['a risk level', async (gate) => () => setRiskLevel(gate, { ...REASON, level: 4 })],
  [
    'a registry load',
    async (gate) => () =>
      loadDeclarations(gate, {
        agents: [],
        units: [{ unitId: 'new', monthMicroUsd: '1', monthTokens: '1' }],
        facts: [],
      }),
  ],
];

const appends = (writes: readonly Write[]) => writes.filter(({ ref }) => ref.entity === 'ledgerEvent');

describe('whatever writes the ledger', () => {
  it.each(WRITERS)('appends once, on a head it read, when it is %s', async (_what, given) => {
    const gate = givenWholeGate();
    const run = await given(gate);
    const commits = gate.store.commits.length;
    await run();
    const [writes = []] = gate.store.commits.slice(commits).filter((one) => appends(one).length > 0);
    expect(appends(writes)).toMatchObject([{ op: 'put', when: [{ if: 'absent' }] }]);
    const heads = writes.filter(({ ref }) => ref.entity === 'agentHead' || ref.entity === 'controlHead');
    expect(heads).toHaveLength(1);
    expect(heads[0]?.when[0]?.if).toMatch(/^(absent|equals)$/);
  });

  it.each(WRITERS)('changes nothing when %s cannot be recorded', async (_what, given) => {
    const gate = givenWholeGate();
    const run = await given(gate);
    const before = structuredClone(gate.store.items);
    gate.store.failCommits(...Array.from({ length: MAX_ATTEMPTS }, () => 'before' as const));
    await expect(run()).rejects.toMatchObject({ code: 'storage_fault' });
    expect(gate.store.items).toEqual(before);
  });

  it('is no other code than the two that change an agent or a shared chain', () => {
    const product = sourceFiles('.ts').filter(({ path }) => /^(core|aws|lambdas)\//.test(path));
    const having = (pattern: RegExp) => product.filter(({ text }) => pattern.test(text)).map(({ path }) => path);
    expect(having(/(?<!function )\bledgerWrite\(/).sort()).toEqual([
      'core/state/change-agent.ts',
      'core/state/change-chain.ts',
    ]);
    expect(having(/ref: \{ entity: 'ledgerEvent'/)).toEqual(['core/state/ledger-write.ts']);
  });
});

describe('a store', () => {
  it('receives the first event when it was empty', async () => {
    const gate = givenWholeGate();
    gate.store.items.clear();
    expect(gate.store.items.size).toBe(0);
    expect((await submitted(gate, modelCall())).status).toBe('denied');
    expect(ledgerEvents(gate.store)).toHaveLength(1);
  });

  it.each([undefined, ''])('is never replaced by another when its name is %j', (name) => {
    vi.stubEnv('STATE_TABLE_NAME', name);
    expect(() => requiredEnv('STATE_TABLE_NAME')).toThrow('expected environment variable `STATE_TABLE_NAME`');
    vi.unstubAllEnvs();
  });

  it('allows nothing when its state was restored from before the end of the ledger', async () => {
    const gate = givenWholeGate();
    await submitted(gate, modelCall());
    const backup = gate.store.get(HEAD) ?? {};
    await submitted(gate, modelCall());
    const rows = JSON.stringify(ledgerEvents(gate.store));
    gate.store.set(HEAD, backup);
    expect(await submitAction(gate, AGENT_ID, modelCall())).toMatchObject({
      ok: false,
      problem: { code: 'contention' },
    });
    expect(JSON.stringify(ledgerEvents(gate.store))).toBe(rows);
  });
});

describe('a chain written anew with right hashes', () => {
  const drafts = ['act_1', 'act_2', 'act_3'].map((actionId) => ({ data: { actionId } }));
  const honest = sampleChain(CHAIN, drafts);
  const anew = sampleChain(CHAIN, [{ data: { actionId: 'act_0' } }, ...drafts.slice(1)]);

  it('is whole in itself, and that is all it shows', async () => {
    const report = await verifyArchive(sourceOf(archiveOf([anew])));
    expect(report.ok).toBe(true);
    expect(report.notChecked.join()).toContain('no heads were supplied');
  });

  it('is found out when a head was noted outside', async () => {
    const report = await verifyArchive(sourceOf(archiveOf([anew])), { heads: headsOf([honest]) });
    expect(report.failures).toMatchObject([{ check: 'chain_head' }]);
  });

  it('does not reach the archive behind what is archived already', async () => {
    const rows = (events: typeof honest) => events.map((event) => ledgerRow(CHAIN, event.seq, event.bytes));
    const ports = memoryPorts(rows(honest).slice(0, 2));
    const limits = { maxRows: 10, maxBytes: 1_000_000 };
    await archiveChain(ports, CHAIN, rows(honest).slice(0, 2), limits);
    const objects = new Map(ports.archive.objects);
    const forged = { ...ports, ledger: new MemoryLedger(rows(anew)) };
    expect(await archiveChain(forged, CHAIN, rows(anew), limits)).toMatchObject({ problem: { code: 'ledger_link' } });
    expect(ports.archive.objects).toEqual(objects);
  });
});

describe('on the real store', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await startTestDatabase();
  });
  afterAll(async () => database.close());

  it('what is read back verifies to the byte, from the decision to the outcome and with the clock stepping back', async () => {
    const gate = givenWholeGate();
    const units = [{ unitId: 'retail', monthMicroUsd: '100000000', monthTokens: '50000000' }];
    // What a test registers is what the institution would declare.
    const agents = [registration() as { agentId: string }];
    const real = { ...gate, store: database.store, entropy: systemEntropy };
    expect(await loadDeclarations(real, { agents, units, facts: [] })).toMatchObject({ ok: true });
    const request = newPayeePayment();
    const first = await submitAction(real, AGENT_ID, request);
    if (!first.ok) throw new Error(first.problem.code);
    const { actionId, digest } = first.value.record;
    gate.clock.advance(-1_500);
    await openRequest(real, { actionId, agentId: AGENT_ID });
    gate.clock.advance(7);
    await decide(real, { actionId, person: ANN, decision: 'approve', reason: 'fine', digest });
    expect(await seal(real, { actionId, agentId: AGENT_ID })).toMatchObject({ ok: true });
    await reportOutcome(real, AGENT_ID, actionId, { result: 'succeeded' });

    const archive = new MemoryArchive();
    for (const chain of [CHAIN, 'control']) {
      const rows = (await database.chainRows(chain)).map((bytes, seq) => ledgerRow(chain, seq, bytes));
      const ports = { ...memoryPorts(rows), archive };
      expect(await archiveChain(ports, chain, rows, { maxRows: 3, maxBytes: 1_000_000 })).toMatchObject({ ok: true });
    }
    const report = await verifyArchive(sourceOf(archive.objects));
    expect(report).toMatchObject({ ok: true, events: 5, failures: [] });
  });
});
