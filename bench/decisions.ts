import { toAttributes } from '../aws/attribute-values.ts';
import { keyOf } from '../aws/keys.ts';
import type { ActionRequest } from '../core/gate/action.ts';
import { decide } from '../core/gate/decide.ts';
import type { DecisionRequest } from '../core/gate/decision.ts';
import { submitAction } from '../core/gate/submit.ts';
import type { StateStore } from '../core/ports.ts';
import type { EntityRef, Write } from '../core/state/entities.ts';
import { AGENT_ID } from '../test/support/api-event.ts';
import { actionRequest, type GateFixture, givenGate, modelCall, testBundle } from '../test/support/gate.ts';
import { ledgerEvents } from '../test/support/ledger-events.ts';
import { medianMs } from './statistics.ts';
import { itemBytes, putBytes, readUnits, transactionWriteUnits } from './write-units.ts';

const ROUNDS = 7;
const DECISIONS = 20_000;
const SUBMISSIONS = 2_000;

/** Typical steady state: a read, a reversible write and a model call of an agent that has worked before. */
const REQUESTS: readonly { readonly name: string; readonly request: () => ActionRequest }[] = [
  { name: 'T0 read', request: () => actionRequest() },
  {
    name: 'T1 reversible write',
    request: () => actionRequest({ type: 'card.freeze', resource: 'card/C1', params: { card_id: 'C1' } }),
  },
  { name: 'T1 model call', request: () => modelCall() },
];

/** `decide` per second over the contexts that real submissions produced, one core. */
export async function decisionsPerSecond(): Promise<number> {
  const requests = await recordedDecisions();
  const bundle = testBundle;
  const ms = await medianMs(ROUNDS, () => {
    for (let index = 0; index < DECISIONS; index += 1) {
      const request = requests[index % requests.length];
      if (request !== undefined) decide(request, bundle);
    }
  });
  return Math.round(DECISIONS / (ms / 1_000));
}

/** CPU of the submit flow without AWS calls, microseconds per decision. */
export async function handlerMicrosPerDecision(): Promise<number> {
  const gate = givenGate();
  await submit(gate, actionRequest());
  const before = process.cpuUsage();
  for (let index = 0; index < SUBMISSIONS; index += 1) await submit(gate, actionRequest());
  const { user, system } = process.cpuUsage(before);
  return Math.round((user + system) / SUBMISSIONS);
}

/** What one decision costs the database. */
export interface DatabaseUse {
  readonly name: string;
  readonly requests: number;
  readonly itemsRead: number;
  readonly readUnits: number;
  readonly itemsWritten: number;
  readonly writeUnits: number;
  /** Size of the ledger row as stored, bytes. */
  readonly ledgerRowBytes: number;
}

/** {@link DatabaseUse} of an agent's decision in steady state, by kind. */
export async function databaseUse(): Promise<readonly DatabaseUse[]> {
  const uses: DatabaseUse[] = [];
  for (const { name, request } of REQUESTS) {
    const gate = givenGate();
    await submit(gate, request());
    await submit(gate, request());
    const seen: Traffic = { requests: 0, read: [], written: [] };
    await submit(gate, request(), recording(gate.store, seen));
    const ledgerRow = seen.written.find((write) => write.ref.entity === 'ledgerEvent');
    uses.push({
      name,
      requests: seen.requests,
      itemsRead: seen.read.length,
      readUnits: seen.read.reduce((units, ref) => units + readUnits(storedItem(gate, ref)), 0),
      itemsWritten: seen.written.length,
      writeUnits: transactionWriteUnits(seen.written, ({ ref }) => itemBytes(storedItem(gate, ref) ?? {})),
      ledgerRowBytes: ledgerRow?.op === 'put' ? putBytes(ledgerRow) : Number.NaN,
    });
  }
  return uses;
}

interface Traffic {
  requests: number;
  readonly read: EntityRef[];
  readonly written: Write[];
}

function recording(store: StateStore, seen: Traffic): StateStore {
  return {
    read: (refs) => {
      seen.requests += 1;
      seen.read.push(...refs);
      return store.read(refs);
    },
    commit: (writes, token) => {
      seen.requests += 1;
      seen.written.push(...writes);
      return store.commit(writes, token);
    },
  };
}

function storedItem(gate: GateFixture, ref: EntityRef) {
  const item = gate.store.get(ref);
  const { pk, sk } = keyOf(ref);
  return item === undefined ? undefined : toAttributes({ ...item, pk, sk });
}

async function submit(gate: GateFixture, request: ActionRequest, store: StateStore = gate.store): Promise<void> {
  const result = await submitAction({ ...gate, store }, AGENT_ID, request);
  if (!result.ok || result.value.record.status !== 'allowed') {
    throw new Error(`expected an allowed action, got ${JSON.stringify(result)}`);
  }
}

async function recordedDecisions(): Promise<readonly DecisionRequest[]> {
  const gate = givenGate();
  const requests = REQUESTS.map(({ request }) => request());
  for (const request of requests) await submit(gate, request);
  return ledgerEvents(gate.store).map((event, index) => ({
    agentId: AGENT_ID,
    actionType: String(event.data['actionType']),
    resource: requests[index]?.resource ?? '',
    // The event stores the context object that was decided on.
    context: event.data['context'] as DecisionRequest['context'],
  }));
}
