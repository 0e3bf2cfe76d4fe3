import type { Assembly, Resource } from '../../../sandbox/contract.ts';
import { archiveQuestions } from './archive-questions.ts';
import { logQuestions } from './log-questions.ts';
import { ADMINISTRATOR, type Question } from './question.ts';
import { receiptQuestions } from './receipt-questions.ts';

const CERTIFIER = 'countersign-certify-epoch';
const SEALER = 'countersign-approval-seal';
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
  'countersign-load-registry',
  'countersign-operate-controls',
  RECONCILER,
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
  'countersign-load-registry',
  'countersign-operate-controls',
  RECONCILER,
];
const AGENT_WRITERS = APPENDERS.filter((role) => ![CERTIFIER, RECONCILER, 'countersign-load-registry'].includes(role));
const UNIT_WRITERS = [
  'countersign-redeem-action',
  'countersign-report-outcome',
  'countersign-submit-action',
  'countersign-sweep',
];

const SUBJECT_WRITERS = ['countersign-submit-action'];

const IN_TRANSACTION = { 'dynamodb:EnclosingOperation': 'TransactWriteItems' };

/** Every role and one more: {@link ADMINISTRATOR}. */
export function withAdministrator(assembly: Assembly): Assembly {
  const administrator: Resource = {
    stack: 'none',
    logicalId: 'Administrator',
    type: 'AWS::IAM::Role',
    properties: {
      RoleName: ADMINISTRATOR,
      Policies: [
        {
          PolicyName: 'all',
          PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
        },
      ],
    },
    ref: ADMINISTRATOR,
    arn: `arn:aws:iam::${assembly.accountId}:role/administrator`,
    attributes: {},
  };
  const resources = [...assembly.resources, administrator];
  return { ...assembly, resources, byType: (type) => resources.filter((resource) => resource.type === type) };
}

function only(assembly: Assembly, type: string, idPart: string): Resource {
  const found = assembly.byType(type).filter((resource) => resource.logicalId.includes(idPart));
  const [resource] = found;
  if (resource === undefined || found.length > 1) {
    throw new Error(`expected one \`${type}\` with \`${idPart}\`, got \`${found.length}\``);
  }
  return resource;
}

/** All questions about an assembly, with the answers that must hold. */
export function questions(assembly: Assembly): readonly Question[] {
  return [
    ...keyQuestions(assembly),
    ...ledgerQuestions(only(assembly, 'AWS::DynamoDB::Table', 'Ledger').arn),
    ...stateQuestions(
      only(assembly, 'AWS::DynamoDB::Table', 'State').arn,
      only(assembly, 'AWS::DynamoDB::Table', 'Registry').arn,
    ),
    ...logQuestions(only(assembly, 'AWS::S3::Bucket', 'Log').arn),
    ...receiptQuestions(
      only(assembly, 'AWS::KMS::Key', 'Receipts').arn,
      only(assembly, 'AWS::Lambda::Function', 'certifyepoch').arn,
    ),
    ...archiveQuestions(only(assembly, 'AWS::S3::Bucket', 'Archive').arn),
    ...workflowQuestions(assembly),
  ];
}

function keyQuestions(assembly: Assembly): readonly Question[] {
  const mac = only(assembly, 'AWS::KMS::Key', 'MacKey').arn;
  const signing = only(assembly, 'AWS::KMS::Key', 'SigningKey').arn;
  const macContext = { 'kms:MacAlgorithm': 'HMAC_SHA_256' };
  const signContext = { 'kms:SigningAlgorithm': 'ECDSA_SHA_256' };
  const log = only(assembly, 'AWS::KMS::Key', 'Log').arn;
  const secret = only(assembly, 'AWS::SecretsManager::Secret', 'Pepper').arn;
  const details = only(assembly, 'AWS::KMS::Key', 'Details').arn;
  return [
    {
      what: 'sign a checkpoint of the log',
      action: 'kms:Sign',
      resourceArn: log,
      context: { 'kms:SigningAlgorithm': 'ED25519_SHA_512' },
      expected: ['countersign-sequence-ledger'],
    },
    {
      what: 'make an envelope’s MAC',
      action: 'kms:GenerateMac',
      resourceArn: mac,
      context: macContext,
      expected: [SEALER],
    },
    { what: 'sign an envelope', action: 'kms:Sign', resourceArn: signing, context: signContext, expected: [SEALER] },
    {
      what: 'check an envelope’s MAC',
      action: 'kms:VerifyMac',
      resourceArn: mac,
      context: macContext,
      expected: ['countersign-redeem-action'],
    },
    {
      what: 'sign the result of a reconciliation',
      action: 'kms:Sign',
      resourceArn: only(assembly, 'AWS::KMS::Key', 'Reconciliation').arn,
      context: { 'kms:SigningAlgorithm': 'ED25519_SHA_512' },
      expected: [RECONCILER],
    },
    { what: 'hand the MAC key on by a grant', action: 'kms:CreateGrant', resourceArn: mac, expected: [] },
    { what: 'hand the signing key on by a grant', action: 'kms:CreateGrant', resourceArn: signing, expected: [] },
    { what: 'change the MAC key’s policy', action: 'kms:PutKeyPolicy', resourceArn: mac, expected: [ADMINISTRATOR] },
    {
      what: 'read the pepper of pseudonyms',
      action: 'secretsmanager:GetSecretValue',
      resourceArn: secret,
      expected: PEPPER_READERS,
    },
    {
      what: 'unwrap a subject’s key, and so read details',
      action: 'kms:Decrypt',
      resourceArn: details,
      context: { 'kms:EncryptionAlgorithm': 'RSAES_OAEP_SHA_256' },
      expected: ['countersign-details-reader'],
    },
    { what: 'hand the details key on by a grant', action: 'kms:CreateGrant', resourceArn: details, expected: [] },
  ];
}

const PEPPER_READERS = [
  'countersign-close-session',
  'countersign-decide-approval',
  'countersign-operate-controls',
  'countersign-redeem-action',
  'countersign-submit-action',
];

function ledgerQuestions(table: string): readonly Question[] {
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
    { what: 'delete the ledger', action: 'dynamodb:DeleteTable', resourceArn: table, expected: [] },
    { what: 'let ledger rows expire', action: 'dynamodb:UpdateTimeToLive', resourceArn: table, expected: [] },
  ];
}

function stateQuestions(state: string, registry: string): readonly Question[] {
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

function workflowQuestions(assembly: Assembly): readonly Question[] {
  const machine = only(assembly, 'AWS::StepFunctions::StateMachine', 'Workflow').arn;
  const api = only(assembly, 'AWS::ApiGateway::RestApi', 'Gate').ref;
  const route = (path: string) => `arn:aws:execute-api:${assembly.region}:${assembly.accountId}:${api}/v1/${path}`;
  const agents = assembly
    .byType('AWS::IAM::Role')
    .map((role) => role.ref)
    .filter((name) => name.startsWith('countersign-agent-'));
  return [
    {
      what: 'start an approval',
      action: 'states:StartExecution',
      resourceArn: machine,
      expected: [ADMINISTRATOR, 'countersign-submit-action', 'countersign-sweep'],
    },
    {
      what: 'answer a waiting task with success',
      action: 'states:SendTaskSuccess',
      resourceArn: machine,
      expected: [ADMINISTRATOR, 'countersign-approval-await', 'countersign-decide-approval', 'countersign-sweep'],
    },
    {
      what: 'propose an action',
      action: 'execute-api:Invoke',
      resourceArn: route('POST/actions'),
      expected: [ADMINISTRATOR, ...agents].sort(),
    },
    {
      what: 'ask for an approved bundle to be activated',
      action: 'execute-api:Invoke',
      resourceArn: route('POST/policy/activations'),
      expected: [ADMINISTRATOR, ...agents].sort(),
    },
    {
      what: 'call a route for people with IAM',
      action: 'execute-api:Invoke',
      resourceArn: route('POST/control/veto'),
      expected: [ADMINISTRATOR],
    },
  ];
}
