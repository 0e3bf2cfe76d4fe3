import type { StoredItem } from '../state/entities.ts';
import { asList, asText } from '../state/stored.ts';

/** A signed-in person. The subject is the identity; aliases are other names the same person goes by. */
export interface Person {
  readonly subject: string;
  readonly aliases: readonly string[];
  readonly groups: readonly string[];
}

/** The person who answers for an agent. */
export interface Owner {
  readonly subject: string;
  readonly aliases: readonly string[];
}

/** An approval that is already there. */
export interface EarlierApprover {
  readonly subject: string;
  readonly aliases: readonly string[];
  readonly manager: boolean;
}

/** Whom an approver must not be, and what is still needed. */
export interface SeparationDuty {
  readonly agentId: string;
  /** `undefined` when the agent's registration can't be found: then nobody can be told apart from its owner. */
  readonly owner: Owner | undefined;
  readonly earlier: readonly EarlierApprover[];
  /** Distinct people needed in all, and how many of them managers. */
  readonly approvals: number;
  readonly managers: number;
}

/** Why a person may not approve. */
export type SeparationProblem =
  | 'owner_unknown'
  | 'self_approval'
  | 'not_an_approver'
  | 'already_decided'
  | 'manager_required';

/** The group whose members may approve. */
export const APPROVER_GROUP = 'approver';
/** The group whose members may approve, and are needed for the gravest actions. */
export const MANAGER_GROUP = 'manager';

const READER_GROUPS = [APPROVER_GROUP, MANAGER_GROUP, 'risk-officer', 'auditor'];
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}]/gu;
const MAX_FOLDS = 4;

/**
 * The form in which identities are compared: compatibility-normalised, without invisible characters, trimmed and
 * case-folded, so that `Agent-7 ` and `agent-7` are one.
 *
 * @see Unicode Standard Annex 15 and Technical Report 36
 */
export function normaliseIdentity(text: string): string {
  let current = text;
  // Folding case can undo normal form and the reverse, so both repeat until nothing changes.
  for (let fold = 0; fold < MAX_FOLDS; fold += 1) {
    const next = current.normalize('NFKC').replace(INVISIBLE, '').toUpperCase().toLowerCase().normalize('NFKC').trim();
    if (next === current) return next;
    current = next;
  }
  return current;
}

/** The owner named in an agent's registration; `undefined` without one. */
export function ownerOf(registration: StoredItem | undefined): Owner | undefined {
  if (registration === undefined) return undefined;
  const subject = asText(registration['ownerSubject'], 'ownerSubject');
  if (normaliseIdentity(subject) === '') return undefined;
  const aliases = asList(registration['ownerAliases'] ?? [], 'ownerAliases');
  return { subject, aliases: aliases.map((alias) => asText(alias, 'ownerAlias')) };
}

/** True when the two share any name: subject or alias, in any spelling. */
export function isSamePerson(
  left: { readonly subject: string; readonly aliases: readonly string[] },
  right: { readonly subject: string; readonly aliases: readonly string[] },
): boolean {
  const names = namesOf(left);
  return [...namesOf(right)].some((name) => names.has(name));
}

/** True for the same subject: the same sign-in, whatever it is called today. */
export function isSameSubject(left: { readonly subject: string }, right: { readonly subject: string }): boolean {
  return normaliseIdentity(left.subject) === normaliseIdentity(right.subject);
}

/** Whether a person may see approval requests at all. */
export function mayReadRequests(person: Person): boolean {
  return person.groups.some((group) => READER_GROUPS.includes(group));
}

/** Whether a person approves as a manager. */
export function isManager(person: Pick<Person, 'groups'>): boolean {
  return person.groups.includes(MANAGER_GROUP);
}

/** Why this person may not decide about the agent's action at all; `undefined` when they may. */
export function eligibilityProblem(
  person: Person,
  duty: Pick<SeparationDuty, 'agentId' | 'owner'>,
): SeparationProblem | undefined {
  if (normaliseIdentity(person.subject) === '') return 'not_an_approver';
  if (namesOf(person).has(normaliseIdentity(duty.agentId))) return 'self_approval';
  if (duty.owner === undefined) return 'owner_unknown';
  if (isSamePerson(person, duty.owner)) return 'self_approval';
  return person.groups.includes(APPROVER_GROUP) || isManager(person) ? undefined : 'not_an_approver';
}

/**
 * Why this person's approval can't count beside the earlier ones; `undefined` when it can. The last open places are
 * kept for the managers still missing.
 */
export function separationProblem(person: Person, duty: SeparationDuty): SeparationProblem | undefined {
  const problem = eligibilityProblem(person, duty);
  if (problem !== undefined) return problem;
  if (duty.earlier.some((earlier) => isSamePerson(earlier, person))) return 'already_decided';
  const placesLeft = duty.approvals - duty.earlier.length;
  const managersMissing = duty.managers - duty.earlier.filter((earlier) => earlier.manager).length;
  const onlyManagersLeft = managersMissing > 0 && managersMissing >= placesLeft;
  return onlyManagersLeft && !isManager(person) ? 'manager_required' : undefined;
}

function namesOf(person: { readonly subject: string; readonly aliases: readonly string[] }): Set<string> {
  return new Set([person.subject, ...person.aliases].map(normaliseIdentity).filter((name) => name !== ''));
}
