import type { Assembly, Resource } from '../../../sandbox/contract.ts';
import { archiveQuestions } from './archive-questions.ts';
import { logQuestions } from './log-questions.ts';
import { ADMINISTRATOR, type Question } from './question.ts';
import { receiptQuestions } from './receipt-questions.ts';
import { ledgerQuestions, stateQuestions } from './table-questions.ts';

const SEALER = 'countersign-approval-seal';
const RECONCILER = 'countersign-reconcile-ledger';

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
