import { decide } from '../../core/approval/decide.ts';
import { openRequest } from '../../core/approval/open-request.ts';
import { actionEnvelopes, seal } from '../../core/approval/seal.ts';
import type { Person } from '../../core/approval/separation.ts';
import type { ActionRequest } from '../../core/gate/action.ts';
import type { ActionRecord } from '../../core/gate/action-record.ts';
import { submitAction } from '../../core/gate/submit.ts';
import type { EntityRef } from '../../core/state/entities.ts';
import { FakeNotifier, FakeWorkflow, fakeSealer, fakeVerifier } from '../core/approval/scene.ts';
import { AGENT_ID } from '../support/api-event.ts';
import { type GateFixture, givenGate } from '../support/gate.ts';
import { ledgerEvents } from '../support/ledger-events.ts';
import type { MemoryStore } from '../support/memory-store.ts';

export const ANN: Person = { subject: 'sub-ann', aliases: ['ann', 'ann@bank.example'], groups: ['approver'] };
export const MIA: Person = { subject: 'sub-mia', aliases: ['mia', 'mia@bank.example'], groups: ['manager'] };
export const RITA: Person = { subject: 'sub-rita', aliases: ['rita'], groups: ['risk-officer'] };
export const RALF: Person = { subject: 'sub-ralf', aliases: ['ralf'], groups: ['risk-officer'] };

export const HEAD: EntityRef = { entity: 'agentHead', agentId: AGENT_ID };
export const actionRef = (actionId: string): EntityRef => ({ entity: 'action', agentId: AGENT_ID, actionId });

/** Everything an action goes through: gate, approvals with keys, stops. Only storage, keys and people are stand-ins. */
export function givenWholeGate(base: GateFixture = givenGate()) {
  return {
    ...base,
    verifier: fakeVerifier,
    sealer: fakeSealer,
    workflow: new FakeWorkflow(),
    notifier: new FakeNotifier(),
    consoleBaseUrl: 'https://gate.example/v1',
    timeoutMs: base.settings.approvalTimeoutSeconds * 1_000,
    ttlMs: 90_000,
    directory: { agentIds: async () => [AGENT_ID] },
  };
}

export type WholeGate = ReturnType<typeof givenWholeGate>;

/** Submits and expects a decision. */
export async function submitted(gate: WholeGate, request: ActionRequest, agentId = AGENT_ID): Promise<ActionRecord> {
  const result = await submitAction(gate, agentId, request);
  if (!result.ok) throw new Error(`expected a decision, got \`${result.problem.code}\``);
  return result.value.record;
}

/** Submits an action that needs people, and opens its request. */
export async function waiting(gate: WholeGate, request: ActionRequest): Promise<ActionRecord> {
  const record = await submitted(gate, request);
  if (record.status !== 'pending_approval') throw new Error(`expected a pending action, got \`${record.status}\``);
  const opened = await openRequest(gate, { actionId: record.actionId, agentId: AGENT_ID });
  if (!opened.ok) throw new Error(`expected an open request, got \`${opened.problem.code}\``);
  return record;
}

/** A person's answer to a request, through the product's own rules. */
export function answer(gate: WholeGate, { actionId, digest }: ActionRecord, person: Person) {
  return decide(gate, { actionId, person, decision: 'approve', reason: 'checked', digest });
}

/** Lets people approve an action, and seals their approvals. Returns the record and the envelopes the agent fetches. */
export async function approvedByPeople(gate: WholeGate, request: ActionRequest, people: readonly Person[] = [ANN]) {
  const record = await waiting(gate, request);
  for (const person of people) {
    const decided = await answer(gate, record, person);
    if (!decided.ok) throw new Error(`expected an approval, got \`${decided.problem.code}\``);
  }
  const sealed = await seal(gate, { actionId: record.actionId, agentId: AGENT_ID });
  if (!sealed.ok) throw new Error(`expected a seal, got \`${sealed.problem.code}\``);
  return { record, envelopes: actionEnvelopes(gate.store.get(actionRef(record.actionId)) ?? {}) };
}

/** The types of an agent's events, in order. */
export const eventTypes = (store: MemoryStore) => ledgerEvents(store).map((event) => event.type);
