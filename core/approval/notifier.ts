import type { Tier } from '../gate/decision.ts';

/** What people are told about a new request: enough to find it, nothing to decide on and nothing secret. */
export interface ApprovalNotice {
  readonly actionId: string;
  readonly agentName: string;
  readonly actionType: string;
  readonly tier: Tier;
  readonly approvals: number;
  readonly expiresAtMs: number;
  /** The task link: an opaque id and a MAC. */
  readonly link: string;
}

/** Tells approvers that a request waits for them. */
export interface ApprovalNotifier {
  /** @throws when the notice could not be handed over; it may have been */
  requested(notice: ApprovalNotice): Promise<void>;
}
