import type { Assembly, Resource } from '../../sandbox/contract.ts';
import { isRawObject } from '../../sandbox/template/raw-template.ts';
import type { SandboxFile } from '../deployment.ts';

/**
 * What the templates call the things that commands read directly.
 *
 * @throws {Error} when the templates have none or several of them
 */
export function templateNames(assembly: Assembly): SandboxFile['names'] {
  return {
    archiveBucket: lockedBucket(assembly, true),
    logBucket: lockedBucket(assembly, false),
    ledgerTable: table(assembly, (each) => each.properties['StreamSpecification'] !== undefined),
    stateTable: table(assembly, (each) => each.properties['TimeToLiveSpecification'] !== undefined),
    envelopeMacKeyId: variable(assembly, 'countersign-approval-seal', 'ENVELOPE_MAC_KEY_ID'),
    envelopeSigningKeyId: variable(assembly, 'countersign-approval-seal', 'ENVELOPE_SIGNING_KEY_ID'),
    logKeyId: variable(assembly, 'countersign-sequence-ledger', 'LOG_KEY_ID'),
    receiptKeyId: variable(assembly, 'countersign-certify-epoch', 'RECEIPT_KEY_ID'),
  };
}

/** Keys the log is signed with, the active one first. */
export function logKeyIds(assembly: Assembly): readonly string[] {
  const named = ['LOG_KEY_ID', 'LOG_OVERLAP_KEY_ID'].map((name) =>
    variable(assembly, 'countersign-sequence-ledger', name),
  );
  return named.filter((keyId) => keyId !== '');
}

/** The archive locks whatever it is given; objects of the log come with locks of their own. */
function lockedBucket(assembly: Assembly, isByDefault: boolean): string {
  const isWanted = ({ properties }: Resource) =>
    properties['ObjectLockEnabled'] === true && (properties['ObjectLockConfiguration'] !== undefined) === isByDefault;
  return one(assembly, 'AWS::S3::Bucket', isWanted).ref;
}

function table(assembly: Assembly, isWanted: (resource: Resource) => boolean): string {
  const type =
    assembly.byType('AWS::DynamoDB::GlobalTable').length > 0 ? 'AWS::DynamoDB::GlobalTable' : 'AWS::DynamoDB::Table';
  return one(assembly, type, isWanted).ref;
}

/** A key that a function uses: there may be others of its kind. */
function variable(assembly: Assembly, functionName: string, name: string): string {
  const { properties } = one(assembly, 'AWS::Lambda::Function', (resource) => resource.ref === functionName);
  const environment = properties['Environment'];
  const variables = isRawObject(environment) ? environment['Variables'] : undefined;
  const value = isRawObject(variables) ? variables[name] : undefined;
  if (typeof value === 'string') return value;
  throw new Error(`expected \`${name}\` of \`${functionName}\` to be text, got another value`);
}

function one(assembly: Assembly, type: string, isWanted: (resource: Resource) => boolean): Resource {
  const found = assembly.byType(type).filter(isWanted);
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`expected one such ${type}, got \`${found.length}\``);
  return only;
}
