import type { EntityRef, StoredItem, Write } from '../state/entities.ts';
import { asBoolean, asList, asNumber, asText } from '../state/stored.ts';
import type { ApprovalRequest } from './request.ts';
import { MAX_SLOTS, REQUEST_KEPT_SECONDS } from './request.ts';

/** What a person answered. */
export type Answer = 'approve' | 'reject';

/** One person's answer, kept with everything needed to check it again before it is sealed. */
export interface SlotDecision {
  readonly decision: Answer;
  readonly subject: string;
  readonly aliases: readonly string[];
  /** Pseudonym of the subject, as the ledger has it. */
  readonly approver: string;
  readonly manager: boolean;
  readonly reason: string;
  /** Digest of what the person saw. */
  readonly digest: string;
  readonly decidedAtMs: number;
}

/** One place of a request: the workflow's token for it, and the answer; either may come first. */
export interface ApprovalSlot {
  readonly slot: number;
  readonly taskToken: string | undefined;
  readonly answer: SlotDecision | undefined;
}

/** References of all slots a request can have, in order. */
export function slotRefs(actionId: string): readonly EntityRef[] {
  return Array.from({ length: MAX_SLOTS }, (_, index) => slotRef(actionId, index + 1));
}

/** Decodes what {@link slotRefs} read. @throws {CorruptState} when an item is not a slot */
export function decodeSlots(items: readonly (StoredItem | undefined)[]): readonly ApprovalSlot[] {
  return items.map((item, index) => ({
    slot: index + 1,
    taskToken: item?.['taskToken'] === undefined ? undefined : asText(item['taskToken'], 'taskToken'),
    answer: item?.['decision'] === undefined ? undefined : decodeAnswer(item),
  }));
}

/** Fills a slot, once: an answer is never replaced. */
export function answerWrite(request: ApprovalRequest, slot: number, answer: SlotDecision): Write {
  return {
    op: 'update',
    ref: slotRef(request.actionId, slot),
    set: { ...answer, expiresAt: Math.ceil(request.expiresAtMs / 1000) + REQUEST_KEPT_SECONDS },
    when: [{ if: 'attributeAbsent', attribute: 'decision' }],
  };
}

/** Records the workflow's token. A new token replaces the old one, which Step Functions no longer accepts. */
export function tokenWrite(actionId: string, slot: number, taskToken: string, nowMs: number): Write {
  const expiresAt = Math.ceil(nowMs / 1000) + REQUEST_KEPT_SECONDS;
  return { op: 'update', ref: slotRef(actionId, slot), set: { taskToken, expiresAt }, when: [] };
}

function slotRef(actionId: string, slot: number): EntityRef {
  return { entity: 'approvalSlot', actionId, slot };
}

function decodeAnswer(item: StoredItem): SlotDecision {
  return {
    decision: asText(item['decision'], 'decision') === 'approve' ? 'approve' : 'reject',
    subject: asText(item['subject'], 'subject'),
    aliases: asList(item['aliases'], 'aliases').map((alias) => asText(alias, 'alias')),
    approver: asText(item['approver'], 'approver'),
    manager: asBoolean(item['manager'], 'manager'),
    reason: asText(item['reason'], 'reason'),
    digest: asText(item['digest'], 'digest'),
    decidedAtMs: asNumber(item['decidedAtMs'], 'decidedAtMs'),
  };
}
