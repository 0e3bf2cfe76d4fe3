import type { StateStore } from '../ports.ts';
import type { EntityRef, StoredItem } from '../state/entities.ts';
import { asList, asText } from '../state/stored.ts';
import type { AgentIdentity } from './identity.ts';

/** Lists every registered agent, active or not. */
export interface AgentDirectory {
  /** @throws {StorageFault} when the list could not be read whole */
  agentIds(): Promise<readonly string[]>;
}

/** The most items one batch read returns. */
const READ_BATCH = 100;

/**
 * Reads who an agent is and who answers for it from its registration.
 *
 * @throws {CorruptState} when the item is not a registration
 */
export function decodeIdentity(agentId: string, item: StoredItem): AgentIdentity {
  return {
    agentId,
    displayName: asText(item['displayName'], 'displayName'),
    ownerSubject: asText(item['ownerSubject'], 'ownerSubject'),
    ownerAliases: asList(item['ownerAliases'], 'ownerAliases').map((alias) => asText(alias, 'ownerAlias')),
  };
}

/** Every registered agent with its owner, for changes that concern all of them. */
export async function registeredIdentities(deps: {
  readonly store: StateStore;
  readonly directory: AgentDirectory;
}): Promise<readonly AgentIdentity[]> {
  const agentIds = await deps.directory.agentIds();
  const items = await readMany(deps.store, agentIds, (agentId) => ({ entity: 'agent', agentId }));
  return agentIds.flatMap((agentId, index) => {
    const item = items[index];
    return item === undefined ? [] : [decodeIdentity(agentId, item)];
  });
}

/** Reads one item per agent, in order, in as many batches as it takes. */
export async function readMany(
  store: StateStore,
  agentIds: readonly string[],
  refOf: (agentId: string) => EntityRef,
): Promise<readonly (StoredItem | undefined)[]> {
  const items: (StoredItem | undefined)[] = [];
  for (let start = 0; start < agentIds.length; start += READ_BATCH) {
    items.push(...(await store.read(agentIds.slice(start, start + READ_BATCH).map(refOf))));
  }
  return items;
}
