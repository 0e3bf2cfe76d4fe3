import { agentChain } from '../../core/ledger/event.ts';
import { proveEvent } from '../../core/ledger/log/prove-event.ts';
import { pathId } from '../shared/body.ts';
import { agentHandler } from '../shared/stack.ts';
import { noProofReply, proofReply } from './replies.ts';
import { proofPorts } from './wiring.ts';

const ports = proofPorts();

/** Gives an agent a proof that the log holds an event of its own chain. */
export const handler = agentHandler(async (event, agentId) => {
  const proof = await proveEvent(ports, agentChain(agentId), pathId(event));
  return proof.ok ? proofReply(proof.value) : noProofReply(proof.problem);
});
