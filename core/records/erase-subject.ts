import { monthOf } from '../budget/caps.ts';
import type { Result } from '../result.ts';
import type { Contention } from '../state/change-agent.ts';
import type { StoredItem } from '../state/entities.ts';
import type { ActDeps, ActProblem, ActStep, CarriedOut } from './governed-act.ts';
import { carryOut } from './governed-act.ts';
import { coversSubject, decodeHolds, HOLDS, isInForce } from './hold.ts';
import { monthEndMs, monthsThrough } from './months.ts';
import { decodeRetention, RETENTION } from './retention-in-force.ts';
import { decodeSubjectMonth, erasedWrite, subjectKeyRef } from './subject-key.ts';

/** The action type that people approve before a subject's keys are destroyed. */
export const ERASE_TYPE = 'records.erase';

/** Months of one erasure: what one batch read and one transaction can hold. */
export const MAX_MONTHS = 90;

/** What erasing needs from outside. */
export interface EraseDeps extends ActDeps {
  /** Days after a month's end before its details may be erased, where the institution must keep them so long. */
  readonly minimumDays: number;
}

/** Whose details of which months are to become unreadable. */
export interface EraseRequest {
  readonly agentId: string;
  readonly actionId: string;
  /** The subject's pseudonym. */
  readonly subject: string;
  /** First and last month, `yyyy-mm`. */
  readonly from: string;
  readonly through: string;
}

/** Why nothing was erased. All are recorded and use the approval up. */
export type EraseProblem =
  | { readonly code: 'months_out_of_range' }
  | { readonly code: 'legal_hold'; readonly hold: string }
  | { readonly code: 'retention_not_over'; readonly month: string }
  | { readonly code: 'nothing_to_erase' };

const DAY_MS = 86_400_000;

/** The resource an erasure is about. */
export function erasureResource(subject: string): string {
  return `subject/${subject}`;
}

/**
 * Destroys a subject's keys of the given months for a redeemed action of the caller's own: the details become
 * unreadable, while the events, their commitments and the log stay as they are. All or nothing.
 *
 * @throws {StorageFault} when the store kept failing: keys may be destroyed, but that is not acknowledged
 */
export async function eraseSubject(
  deps: EraseDeps,
  { agentId, actionId, subject, from, through }: EraseRequest,
): Promise<Result<CarriedOut, ActProblem | EraseProblem | Contention>> {
  const months = monthsThrough(from, through).slice(0, MAX_MONTHS + 1);
  const isInRange = months.length > 0 && months.length <= MAX_MONTHS && through <= monthOf(deps.clock.nowMs());
  const asked = isInRange ? months : [];
  const act = {
    agentId,
    actionId,
    type: ERASE_TYPE,
    resource: erasureResource(subject),
    params: { subject, from, through },
  };
  return carryOut<EraseProblem>(
    deps,
    act,
    [HOLDS, RETENTION, ...asked.map((month) => subjectKeyRef(subject, month))],
    ([holds, retention, ...stored], nowMs) => {
      if (!isInRange) return { refuse: { code: 'months_out_of_range' } };
      const minimumDays = Math.max(deps.minimumDays, decodeRetention(retention).days.details ?? 0);
      const problem = forbidden(minimumDays, { subject, months: asked, holds, nowMs });
      return problem === undefined ? planErasure(subject, asked, stored, nowMs) : { refuse: problem };
    },
  );
}

/** Why details of these months must stay readable, or undefined. */
function forbidden(
  minimumDays: number,
  asked: {
    readonly subject: string;
    readonly months: readonly string[];
    readonly holds: StoredItem | undefined;
    readonly nowMs: number;
  },
): EraseProblem | undefined {
  const inForce = decodeHolds(asked.holds).holds.filter(isInForce);
  for (const month of asked.months) {
    const hold = inForce.find((each) => coversSubject(each, asked.subject, month));
    if (hold !== undefined) return { code: 'legal_hold', hold: hold.id };
    const isKept = minimumDays > 0 && asked.nowMs < monthEndMs(month) + minimumDays * DAY_MS;
    if (isKept) return { code: 'retention_not_over', month };
  }
  return undefined;
}

function planErasure(
  subject: string,
  months: readonly string[],
  stored: readonly (StoredItem | undefined)[],
  nowMs: number,
): ActStep<EraseProblem> {
  const writes = months.flatMap((month, index) => {
    const before = decodeSubjectMonth(stored[index]);
    return before.key === undefined ? [] : [erasedWrite(subject, month, before, nowMs)];
  });
  if (writes.length === 0) return { refuse: { code: 'nothing_to_erase' } };
  const data = { subject, from: months[0] ?? '', through: months.at(-1) ?? '', keys: writes.length };
  return { type: 'control.subject_erased', data, writes };
}
