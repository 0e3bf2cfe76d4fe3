import type { Assembly, Resource } from '../contract.ts';
import { listOf, objectOrEmpty, textsOf } from '../template/raw-template.ts';
import { compilePolicy, type Statement } from './statement.ts';

/** The policies that resources of the templates carry. */
export interface ResourcePolicies {
  /** The policy that governs `resourceArn`: an object's bucket, an index's table, a function's version. */
  find(resourceArn: string): readonly Statement[] | undefined;
}

/** The ARN under which a resource's policy is kept. */
function ownerArn(resourceArn: string): string {
  const parts = resourceArn.split(':');
  const service = parts[2];
  const resource = parts.slice(5).join(':');
  const head = parts.slice(0, 5).join(':');
  if (service === 's3' || service === 'execute-api') {
    return `${head}:${resource.split('/', 1)[0]}`;
  }
  if (service === 'dynamodb') {
    return resource.includes('/stream/') ? resourceArn : `${head}:${resource.split('/').slice(0, 2).join('/')}`;
  }
  return service === 'lambda' ? parts.slice(0, 7).join(':') : resourceArn;
}

function functionArn(assembly: Assembly, name: unknown): string {
  const text = typeof name === 'string' ? name : '';
  return ownerArn(
    text.startsWith('arn:') ? text : `arn:aws:lambda:${assembly.region}:${assembly.accountId}:function:${text}`,
  );
}

function permissionDocument(assembly: Assembly, permission: Resource): readonly [string, unknown] {
  const { properties } = permission;
  const principal = String(properties['Principal']);
  const statement = {
    Effect: 'Allow',
    Principal: principal.endsWith('.amazonaws.com') ? { Service: principal } : { AWS: principal },
    Action: properties['Action'],
    Condition: {
      ...(properties['SourceArn'] !== undefined && { ArnLike: { 'aws:SourceArn': properties['SourceArn'] } }),
      ...(properties['SourceAccount'] !== undefined && {
        StringEquals: { 'aws:SourceAccount': properties['SourceAccount'] },
      }),
    },
  };
  return [functionArn(assembly, properties['FunctionName']), { Statement: [statement] }];
}

function apiDocument(assembly: Assembly, api: Resource): readonly [string, unknown] {
  const arn = `arn:aws:execute-api:${assembly.region}:${assembly.accountId}:${api.ref}`;
  const text = JSON.stringify(api.properties['Policy']).replaceAll('"execute-api:/', `"${arn}/`);
  return [arn, JSON.parse(text)];
}

function tableDocument(assembly: Assembly, table: Resource): unknown {
  const own = objectOrEmpty(table.properties['ResourcePolicy'])['PolicyDocument'];
  const replicas = listOf(table.properties['Replicas']).map(objectOrEmpty);
  const replica = replicas.find((entry) => entry['Region'] === assembly.region);
  return own ?? objectOrEmpty(replica?.['ResourcePolicy'])['PolicyDocument'];
}

function topicArn(assembly: Assembly, topic: string): string {
  return topic.startsWith('arn:') ? topic : `arn:aws:sns:${assembly.region}:${assembly.accountId}:${topic}`;
}

function documents(assembly: Assembly): readonly (readonly [arn: string, document: unknown, resource: Resource])[] {
  const property = (type: string, name: string, arn: (resource: Resource) => string) =>
    assembly.byType(type).map((resource) => [arn(resource), resource.properties[name], resource] as const);
  const tables = ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'].flatMap((type) => assembly.byType(type));
  const apis = assembly.byType('AWS::ApiGateway::RestApi').filter((api) => api.properties['Policy'] !== undefined);
  return [
    ...property('AWS::KMS::Key', 'KeyPolicy', (key) => key.arn),
    ...property(
      'AWS::S3::BucketPolicy',
      'PolicyDocument',
      (policy) => `arn:aws:s3:::${String(policy.properties['Bucket'])}`,
    ),
    ...property('AWS::IAM::Role', 'AssumeRolePolicyDocument', (role) => role.arn),
    ...property('AWS::SecretsManager::ResourcePolicy', 'ResourcePolicy', (policy) =>
      String(policy.properties['SecretId']),
    ),
    ...assembly
      .byType('AWS::SNS::TopicPolicy')
      .flatMap((policy) =>
        textsOf(policy.properties['Topics']).map(
          (topic) => [topicArn(assembly, topic), policy.properties['PolicyDocument'], policy] as const,
        ),
      ),
    ...tables.map((table) => [table.arn, tableDocument(assembly, table), table] as const),
    ...assembly
      .byType('AWS::Lambda::Permission')
      .map((permission) => [...permissionDocument(assembly, permission), permission] as const),
    ...apis.map((api) => [...apiDocument(assembly, api), api] as const),
  ];
}

/**
 * Collects the resource policies of the templates.
 *
 * @throws {PolicyError} for a malformed policy
 */
export function collectResourcePolicies(assembly: Assembly): ResourcePolicies {
  const byArn = new Map<string, readonly Statement[]>();
  for (const [arn, document, resource] of documents(assembly)) {
    if (document !== undefined) {
      const statements = compilePolicy(document, `policy of \`${resource.stack}/${resource.logicalId}\``);
      byArn.set(arn, [...(byArn.get(arn) ?? []), ...statements]);
    }
  }
  return { find: (resourceArn) => byArn.get(ownerArn(resourceArn)) };
}
