import { agentChain, CONTROL_CHAIN } from '../ledger/event.ts';
import { EPOCHS_CHAIN } from '../ledger/receipt/epoch.ts';
import type { EntityRef } from './entities.ts';

/** The item that says where a chain stands; undefined for a name that no chain has. */
export function chainHeadRef(chain: string): EntityRef | undefined {
  if (chain === CONTROL_CHAIN) return { entity: 'controlHead' };
  if (chain === EPOCHS_CHAIN) return { entity: 'epochsHead' };
  const agentId = agentOfChain(chain);
  return agentId === undefined ? undefined : { entity: 'agentHead', agentId };
}

/** The agent whose chain it is; undefined for any other chain. */
export function agentOfChain(chain: string): string | undefined {
  const prefix = agentChain('');
  return chain.startsWith(prefix) ? chain.slice(prefix.length) : undefined;
}
