import { agentChain } from '../../core/ledger/event.ts';
import { AGENTS } from './chain-writer.ts';

/** The agent that most forged events are of. */
export const TELLER = AGENTS[0];
export const ALPHA = agentChain(TELLER);
/** Another agent's chain. */
export const BETA = agentChain(AGENTS[1]);
/** The chain of an agent that has done nothing yet. */
export const NEW = agentChain(`${TELLER}-three`);
