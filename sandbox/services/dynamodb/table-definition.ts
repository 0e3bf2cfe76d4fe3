import type { Assembly, Resource } from '../../contract.ts';
import { isRawObject, listOf, objectOrEmpty, type RawObject } from '../../template/raw-template.ts';

/** What the service knows of a table of the templates. */
export interface TableDefinition {
  readonly name: string;
  readonly arn: string;
  /** Names of the partition key by index name; the table's own under the empty name. */
  readonly partitionKeys: ReadonlyMap<string, string>;
  /** Names of the table's own key attributes. */
  readonly keyNames: readonly string[];
  readonly indexes: readonly RawObject[];
  readonly createInput: RawObject;
  readonly ttlAttribute?: string;
  readonly streamArn?: string;
  /** The customer-managed key that protects the table; callers need it too. */
  readonly kmsKeyArn?: string;
  readonly pointInTimeRecovery: boolean;
}

/** The ARN of a key that a template names by id, ARN or alias. */
export function keyArnOf(assembly: Assembly, name: unknown): string | undefined {
  if (typeof name !== 'string') {
    return undefined;
  }
  const aliases = assembly.byType('AWS::KMS::Alias');
  const alias = aliases.find((entry) => entry.ref === name || entry.arn === name);
  const target = alias?.properties['TargetKeyId'] ?? name;
  return assembly.byType('AWS::KMS::Key').find((key) => key.ref === target || key.arn === target)?.arn;
}

function partitionKey(schema: unknown): string {
  const element = listOf(schema)
    .filter(isRawObject)
    .find((entry) => entry['KeyType'] === 'HASH');
  return String(element?.['AttributeName']);
}

function withoutCapacity(index: RawObject): RawObject {
  return { IndexName: index['IndexName'], KeySchema: index['KeySchema'], Projection: index['Projection'] };
}

function replicaSettings(assembly: Assembly, table: Resource): RawObject {
  const replicas = listOf(table.properties['Replicas']).filter(isRawObject);
  return replicas.find((replica) => replica['Region'] === assembly.region) ?? {};
}

function createInput(table: Resource, indexes: readonly RawObject[], localIndexes: readonly RawObject[]): RawObject {
  const { properties } = table;
  const stream = properties['StreamSpecification'];
  const view = isRawObject(stream) ? { StreamEnabled: true, StreamViewType: stream['StreamViewType'] } : undefined;
  return {
    TableName: table.ref,
    KeySchema: properties['KeySchema'],
    AttributeDefinitions: properties['AttributeDefinitions'],
    BillingMode: 'PAY_PER_REQUEST',
    ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes }),
    ...(localIndexes.length > 0 && { LocalSecondaryIndexes: localIndexes }),
    ...(view !== undefined && { StreamSpecification: view }),
  };
}

function defineTable(assembly: Assembly, table: Resource): TableDefinition {
  const { properties } = table;
  const replica = replicaSettings(assembly, table);
  const indexes = listOf(properties['GlobalSecondaryIndexes']).filter(isRawObject).map(withoutCapacity);
  const localIndexes = listOf(properties['LocalSecondaryIndexes']).filter(isRawObject).map(withoutCapacity);
  const ttl = objectOrEmpty(properties['TimeToLiveSpecification']);
  const encryption = {
    ...objectOrEmpty(properties['SSESpecification']),
    ...objectOrEmpty(replica['SSESpecification']),
  };
  const keyArn = keyArnOf(assembly, encryption['KMSMasterKeyId']);
  const recovery = properties['PointInTimeRecoverySpecification'] ?? replica['PointInTimeRecoverySpecification'];
  const schema = listOf(properties['KeySchema']).filter(isRawObject);
  const all = [...indexes, ...localIndexes];
  return {
    name: table.ref,
    arn: table.arn,
    partitionKeys: new Map([
      ['', partitionKey(schema)],
      ...all.map((index) => [String(index['IndexName']), partitionKey(index['KeySchema'])] as const),
    ]),
    keyNames: schema.map((element) => String(element['AttributeName'])),
    indexes,
    createInput: createInput(table, indexes, localIndexes),
    ...(ttl['Enabled'] === true && { ttlAttribute: String(ttl['AttributeName']) }),
    ...(isRawObject(properties['StreamSpecification']) && { streamArn: String(table.attributes['StreamArn']) }),
    ...(keyArn !== undefined && { kmsKeyArn: keyArn }),
    pointInTimeRecovery: objectOrEmpty(recovery)['PointInTimeRecoveryEnabled'] === true,
  };
}

/** The tables of the templates by physical name. */
export function defineTables(assembly: Assembly): ReadonlyMap<string, TableDefinition> {
  const tables = ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'].flatMap((type) => assembly.byType(type));
  return new Map(tables.map((table) => [table.ref, defineTable(assembly, table)]));
}
