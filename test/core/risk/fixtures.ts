import type { Person } from '../../../core/approval/separation.ts';
import type { ControlDeps } from '../../../core/risk/control.ts';
import { encodeAgentHead, newAgentHead } from '../../../core/state/agent-head.ts';
import type { EntityRef, StoredItem, StoredValue } from '../../../core/state/entities.ts';
import { CountingEntropy, NoPause, TestClock, testPseudonymizer } from '../../support/deps.ts';
import { MemoryStore } from '../../support/memory-store.ts';

export const AGENT_ID = '111122223333:countersign-agent-teller';
export const OTHER_AGENT_ID = '111122223333:countersign-agent-clerk';

export const ANNA: Person = { subject: 'sub-anna', aliases: ['anna', 'anna@bank.example'], groups: ['risk-officer'] };
export const BEN: Person = { subject: 'sub-ben', aliases: ['ben', 'ben@bank.example'], groups: ['risk-officer'] };
/** Owns every test agent and is a risk officer too. */
export const OLGA: Person = { subject: 'sub-olga', aliases: ['olga', 'olga@bank.example'], groups: ['risk-officer'] };

export const REGISTRATION: StoredItem = {
  displayName: 'Teller',
  ownerSubject: 'sub-olga',
  ownerAliases: ['olga@bank.example'],
};

/** The memory store with DynamoDB's single number type. */
export class OneNumberStore extends MemoryStore {
  override get(ref: EntityRef): StoredItem | undefined {
    const item = super.get(ref);
    return item && Object.fromEntries(Object.entries(item).map(([name, value]) => [name, asOneNumberType(value)]));
  }
}

function asOneNumberType(value: StoredValue): StoredValue {
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

export interface TestControls extends ControlDeps {
  readonly store: OneNumberStore;
  readonly clock: TestClock;
}

/** Two registered agents, both of which have acted before. */
export function controls(): TestControls {
  const store = new OneNumberStore();
  for (const agentId of [AGENT_ID, OTHER_AGENT_ID]) {
    store.set({ entity: 'agent', agentId }, { ...REGISTRATION, agentId });
    store.set({ entity: 'agentHead', agentId }, encodeAgentHead({ ...newAgentHead(agentId), version: 3 }));
  }
  return {
    store,
    clock: new TestClock(),
    entropy: new CountingEntropy(),
    pause: new NoPause(),
    pseudonyms: testPseudonymizer,
    directory: { agentIds: async () => [AGENT_ID, OTHER_AGENT_ID] },
  };
}

/** The events on the control chain, oldest first. */
export function controlEvents(store: MemoryStore): { type: string; agent?: string; data: Record<string, unknown> }[] {
  const events = [];
  for (let seq = 0; ; seq += 1) {
    const row = store.get({ entity: 'ledgerEvent', chain: 'control', seq });
    if (row === undefined) return events;
    events.push(JSON.parse(new TextDecoder().decode(row['bytes'] as Uint8Array)));
  }
}

/** What a head carries of the stops. */
export function stamps(store: OneNumberStore, agentId = AGENT_ID) {
  const head = store.get({ entity: 'agentHead', agentId });
  return { version: head?.['version'], all: head?.['stopAllVersion'], agent: head?.['agentStopVersion'] };
}
