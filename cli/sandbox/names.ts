import type { Assembly, Resource } from '../../sandbox/contract.ts';
import type { SandboxFile } from '../deployment.ts';

/**
 * What the templates call the things that commands read directly.
 *
 * @throws {Error} when the templates have none or several of them
 */
export function templateNames(assembly: Assembly): SandboxFile['names'] {
  return {
    archiveBucket: one(assembly, 'AWS::S3::Bucket', (bucket) => bucket.properties['ObjectLockEnabled'] === true).ref,
    ledgerTable: table(assembly, (each) => each.properties['StreamSpecification'] !== undefined),
    stateTable: table(assembly, (each) => each.properties['TimeToLiveSpecification'] !== undefined),
    envelopeMacKeyId: key(assembly, 'HMAC_256'),
    envelopeSigningKeyId: key(assembly, 'ECC_NIST_P256'),
  };
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
