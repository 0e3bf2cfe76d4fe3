import type { EventDraft } from '../ledger/event.ts';
import { sha256Hex } from '../ledger/hash.ts';
import type { SealedEnvelope } from './envelope.ts';
import type { ApprovalRequest, ClosedOutcome } from './request.ts';
import type { SeparationProblem } from './separation.ts';
import type { SlotDecision } from './slot.ts';

const OVERSIGHT = ['AIR-DET-011', 'AIR-SEC-024'];
const SELF_APPROVAL = ['AIR-OP-018', 'AIR-SEC-024'];
const INELIGIBLE = ['AIR-PREV-012', 'AIR-SEC-024'];

/** The part of a request its events need. */
type Subject = Pick<ApprovalRequest, 'actionId' | 'agentId' | 'digest'>;

/** People were asked. */
export function requestedEvent(request: ApprovalRequest): EventDraft {
  return draft('approval.requested', request, OVERSIGHT, {
    tier: request.tier,
    approvals: request.approvals,
    managers: request.managers,
    rules: request.rules.map((rule) => rule.id),
    expiresAt: new Date(request.expiresAtMs).toISOString(),
  });
}

/** A person answered. The reason's text stays in the state table, where it can be erased; its digest stays here. */
export function decidedEvent(request: Subject, slot: number, answer: SlotDecision): EventDraft {
  return draft('approval.decided', request, OVERSIGHT, {
    slot,
    decision: answer.decision,
    approver: answer.approver,
    manager: answer.manager,
    reasonDigest: sha256Hex(answer.reason),
  });
}

/** A person who may not answer tried to. */
export function refusedEvent(request: Subject, person: string, problem: SeparationProblem): EventDraft {
  const data = { person, problem };
  return problem === 'self_approval'
    ? draft('approval.refused_self', request, SELF_APPROVAL, data)
    : draft('approval.refused_ineligible', request, INELIGIBLE, data);
}

/** Envelopes were made. Payload and signature are evidence for whoever holds the public key; the MAC stays out. */
export function sealedEvent(request: Subject, sealed: readonly SealedEnvelope[]): EventDraft {
  return draft('approval.sealed', request, OVERSIGHT, {
    envelopes: sealed.map(
      ({ payload: { envelopeId, approver, manager, slot, expiresAt }, envelope, macRequestId }) => ({
        envelopeId,
        macRequestId,
        approver,
        manager,
        slot,
        expiresAt,
        payload: envelope.payload,
        signature: envelope.signature,
      }),
    ),
  });
}

/** A request ended without envelopes. `by` is a person's pseudonym, the agent's id, or null when nobody's act. */
export function closedEvent(request: Subject, outcome: ClosedOutcome, by: string | null): EventDraft {
  return draft('approval.closed', request, OVERSIGHT, { outcome, by });
}

function draft(
  type: EventDraft['type'],
  { actionId, agentId, digest }: Subject,
  frameworkRefs: readonly string[],
  data: EventDraft['data'],
): EventDraft {
  return { type, agentId, frameworkRefs, data: { actionId, actionDigest: digest, ...data } };
}
