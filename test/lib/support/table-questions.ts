import { ADMINISTRATOR, type Question } from './question.ts';

const CERTIFIER = 'countersign-certify-epoch';
const RECORDER = 'countersign-record-key-change';
const RECONCILER = 'countersign-reconcile-ledger';
const APPENDERS = [
  'countersign-activate-bundle',
  'countersign-approval-close',
  'countersign-approval-open',
  'countersign-approval-seal',
  'countersign-cancel-action',
  'countersign-certify-epoch',
  'countersign-close-session',
  'countersign-decide-approval',
  'countersign-erase-subject',
  'countersign-govern-holds',
  'countersign-load-registry',
  'countersign-operate-controls',
  RECONCILER,
  RECORDER,
  'countersign-redeem-action',
  'countersign-report-outcome',
  'countersign-submit-action',
  'countersign-sweep',
];
const REQUEST_WRITERS = [
  'countersign-approval-await',
  'countersign-approval-close',
  'countersign-approval-open',
  'countersign-approval-seal',
  'countersign-decide-approval',
];
const CONTROL_WRITERS = [
  'countersign-activate-bundle',
  'countersign-erase-subject',
  'countersign-govern-holds',
  'countersign-load-registry',
  'countersign-operate-controls',
  RECONCILER,
  RECORDER,
];
const AGENT_WRITERS = APPENDERS.filter((role) => ![CERTIFIER, RECONCILER, 'countersign-load-registry'].includes(role));
const UNIT_WRITERS = [
  'countersign-redeem-action',
  'countersign-report-outcome',
  'countersign-submit-action',
  'countersign-sweep',
];

const SUBJECT_WRITERS = ['countersign-erase-subject', 'countersign-submit-action'];

const IN_TRANSACTION = { 'dynamodb:EnclosingOperation': 'TransactWriteItems' };

/** Roles that read every chain. */
const READERS = [
  'countersign-archive-ledger',
  'countersign-auditor',
  'countersign-details-reader',
  RECONCILER,
  'countersign-sequence-ledger',
];

/** Who may write the ledger, and who may read which of its chains. */
export function ledgerQuestions(table: string): readonly Question[] {
  const row = { 'dynamodb:LeadingKeys': ['agent/111122223333:countersign-agent-payments'] };
  const rewriting = ['UpdateItem', 'DeleteItem', 'BatchWriteItem', 'PartiQLInsert', 'PartiQLUpdate', 'PartiQLDelete'];
  return [
    {
      what: 'append to the ledger inside a transaction',
      action: 'dynamodb:PutItem',
      resourceArn: table,
      context: { ...row, ...IN_TRANSACTION },
      expected: APPENDERS,
    },
    {
      what: 'append to the ledger outside a transaction',
      action: 'dynamodb:PutItem',
      resourceArn: table,
      context: row,
      expected: [],
    },
    ...rewriting.flatMap((verb) => [
      {
        what: `rewrite the ledger with ${verb}`,
        action: `dynamodb:${verb}`,
        resourceArn: table,
        context: row,
        expected: [],
      },
      {
        what: `rewrite the ledger with ${verb} inside a transaction`,
        action: `dynamodb:${verb}`,
        resourceArn: table,
        context: { ...row, ...IN_TRANSACTION },
        expected: [],
      },
    ]),
    {
      what: 'read an agent’s chain',
      action: 'dynamodb:Query',
      resourceArn: table,
      context: row,
      expected: [ADMINISTRATOR, ...READERS, 'countersign-prove-event'].sort(),
    },
    {
      what: 'read another chain',
      action: 'dynamodb:Query',
      resourceArn: table,
      context: { 'dynamodb:LeadingKeys': ['control'] },
      expected: [ADMINISTRATOR, ...READERS],
    },
    { what: 'delete the ledger', action: 'dynamodb:DeleteTable', resourceArn: table, expected: [] },
    { what: 'let ledger rows expire', action: 'dynamodb:UpdateTimeToLive', resourceArn: table, expected: [] },
  ];
}

/** Who may write which items of the state table, and the registry. */
export function stateQuestions(state: string, registry: string): readonly Question[] {
  const write = (what: string, key: string, expected: readonly string[]): Question => ({
    what,
    action: 'dynamodb:PutItem',
    resourceArn: state,
    context: { 'dynamodb:LeadingKeys': [key], ...IN_TRANSACTION },
    expected,
  });
  return [
    write('write approvals (REQUEST#)', 'REQUEST#act_1', REQUEST_WRITERS),
    write('write stops (CONTROL)', 'CONTROL', CONTROL_WRITERS),
    write('write agent heads and actions (AGENT#)', 'AGENT#111122223333:a', AGENT_WRITERS),
    write('write unit budgets (UNIT#)', 'UNIT#treasury', UNIT_WRITERS),
    write('write or destroy keys of subjects (SUBJECT#)', 'SUBJECT#p1_1', SUBJECT_WRITERS),
    write('write how far records are reconciled (RECONCILE)', 'RECONCILE', [RECONCILER]),
    write('write the chain of receipt keys (EPOCHS)', 'EPOCHS', [CERTIFIER]),
    write('set and release legal holds (HOLDS)', 'HOLDS', ['countersign-govern-holds']),
    write('write how far holds are on objects (HOLDING)', 'HOLDING', ['countersign-apply-holds']),
    write('note which keys are recorded (KEYS)', 'KEYS', [RECORDER]),
    write('write archive progress (ARCHIVE)', 'ARCHIVE', ['countersign-archive-ledger']),
    {
      what: 'write approvals outside a transaction',
      action: 'dynamodb:PutItem',
      resourceArn: state,
      context: { 'dynamodb:LeadingKeys': ['REQUEST#act_1'] },
      expected: [],
    },
    {
      what: 'write state without naming a key',
      action: 'dynamodb:PutItem',
      resourceArn: state,
      context: IN_TRANSACTION,
      expected: [ADMINISTRATOR],
    },
    {
      what: 'delete state',
      action: 'dynamodb:DeleteItem',
      resourceArn: state,
      context: { 'dynamodb:LeadingKeys': ['CONTROL'], ...IN_TRANSACTION },
      expected: [],
    },
    {
      what: 'declare agents, units and facts',
      action: 'dynamodb:PutItem',
      resourceArn: registry,
      context: { 'dynamodb:LeadingKeys': ['UNIT'], ...IN_TRANSACTION },
      expected: ['countersign-load-registry'],
    },
  ];
}
