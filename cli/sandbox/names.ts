import type { Assembly, Resource } from '../../sandbox/contract.ts';
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
    envelopeMacKeyId: key(assembly, 'HMAC_256'),
    envelopeSigningKeyId: key(assembly, 'ECC_NIST_P256'),
    logKeyId: key(assembly, 'ECC_NIST_EDWARDS25519'),
  };
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

function key(assembly: Assembly, keySpec: string): string {
  return one(assembly, 'AWS::KMS::Key', (resource) => resource.properties['KeySpec'] === keySpec).ref;
}

function one(assembly: Assembly, type: string, isWanted: (resource: Resource) => boolean): Resource {
  const found = assembly.byType(type).filter(isWanted);
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`expected one such ${type}, got \`${found.length}\``);
  return only;
}
