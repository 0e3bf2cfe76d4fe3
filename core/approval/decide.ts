import type { ApprovalWorkflow, Pseudonymizer } from '../ports.ts';
import type { Result } from '../result.ts';
import { refused } from '../result.ts';
import type { ChangeDeps, Contention } from '../state/change-agent.ts';
import { changeAgent } from '../state/change-agent.ts';
import type { EntityRef } from '../state/entities.ts';
import type { Decided, DecideOutcome, DecideProblem, DecisionInput } from './decide-plan.ts';
import { planDecision } from './decide-plan.ts';
import { decodeRequest } from './request.ts';
import { normaliseIdentity } from './separation.ts';
import { slotRefs } from './slot.ts';
import { reportDecidedSlots } from './slot-reports.ts';

/** What deciding needs from outside. */
export interface DecideDeps extends ChangeDeps {
  readonly pseudonyms: Pseudonymizer;
  readonly workflow: ApprovalWorkflow;
}

/**
 * Records a person's answer and reports it to the workflow.
 *
 * The answer and its ledger event are one transaction. A crash before the report is healed by repeating the call, by
 * the workflow's next token for the slot, or by the sweep; a repeated report is harmless.
 *
 * @throws {StorageFault} when the store kept failing; the answer may have been recorded
 * @throws whatever the workflow throws; the answer has been recorded
 */
export async function decide(
  deps: DecideDeps,
  input: DecisionInput,
): Promise<Result<Decided, DecideProblem | Contention>> {
  const { actionId } = input;
  const requestRef: EntityRef = { entity: 'approvalRequest', actionId };
  const [found] = await deps.store.read([requestRef]);
  if (found === undefined) return refused({ code: 'request_not_found' });
  const { agentId } = decodeRequest(found);
  const pseudonym = personPseudonym(deps.pseudonyms, input.person.subject);
  const changed = await changeAgent<DecideOutcome>(
    deps,
    agentId,
    [requestRef, { entity: 'action', agentId, actionId }, ...slotRefs(actionId)],
    (snapshot) => planDecision(input, pseudonym, snapshot),
  );
  if (!changed.ok) return changed;
  if (changed.value.ok) await reportDecidedSlots(deps, actionId);
  return changed.value;
}

/** The pseudonym of a person, the same for every spelling of the subject. */
export function personPseudonym(pseudonyms: Pseudonymizer, subject: string): string {
  return pseudonyms.pseudonym('person', normaliseIdentity(subject));
}
