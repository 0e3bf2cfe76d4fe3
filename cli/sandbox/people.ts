/** Someone the sandbox knows. */
export interface SeededPerson {
  readonly email: string;
  readonly groups: readonly string[];
  /** What they are for, as the command line prints it. */
  readonly role: string;
}

/** The people of the sandbox. Names stand for parts, not for anyone. */
export const PEOPLE = {
  olivia: { email: 'olivia@bank.example', groups: ['agent-owner', 'approver'], role: 'owns both agents' },
  ann: { email: 'ann@bank.example', groups: ['approver'], role: 'approver' },
  ben: { email: 'ben@bank.example', groups: ['approver'], role: 'approver' },
  mara: { email: 'mara@bank.example', groups: ['approver', 'manager'], role: 'manager' },
  rick: { email: 'rick@bank.example', groups: ['risk-officer'], role: 'risk officer' },
  rosa: { email: 'rosa@bank.example', groups: ['risk-officer'], role: 'second risk officer' },
  aude: { email: 'aude@bank.example', groups: ['auditor'], role: 'auditor' },
} as const satisfies { readonly [name: string]: SeededPerson };

/** One of the seeded people. */
export type PersonName = keyof typeof PEOPLE;

/** Their names, in the order they are listed. */
// Object.keys forgets the literal names it was given.
export const PERSON_NAMES = Object.keys(PEOPLE) as PersonName[];
