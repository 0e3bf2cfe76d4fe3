import type { JsonObject } from '../../core/json.ts';
import { agentChain } from '../../core/ledger/event.ts';
import { AGENT_ID } from './api-event.ts';
import type { MemoryStore } from './memory-store.ts';

/** A ledger event as a test reads it. */
export interface ReadEvent {
  readonly type: string;
  readonly seq: number;
  readonly prev: string;
  readonly frameworkRefs: readonly string[];
  readonly data: JsonObject;
}

/** The events of an agent's chain, in order. */
export function ledgerEvents(store: MemoryStore, chain = agentChain(AGENT_ID)): readonly ReadEvent[] {
  const events: ReadEvent[] = [];
  for (let seq = 0; ; seq += 1) {
    const bytes = store.get({ entity: 'ledgerEvent', chain, seq })?.['bytes'];
    if (!(bytes instanceof Uint8Array)) return events;
    events.push(JSON.parse(new TextDecoder().decode(bytes)));
  }
}
