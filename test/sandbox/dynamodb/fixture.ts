import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type DynamoDbService, openDynamoDb } from '../../../sandbox/services/dynamodb/dynamodb-service.ts';
import { accountId, allow, openTestSandbox, region, role, type TestSandbox } from '../front/fixture.ts';

export const ledgerTableName = 'ledger';
export const stateTableName = 'state';

const ledgerArn = `arn:aws:dynamodb:${region}:${accountId}:table/ledger`;
const stateArn = `arn:aws:dynamodb:${region}:${accountId}:table/state`;

const key = {
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
};
const keyTypes = [
  { AttributeName: 'pk', AttributeType: 'S' },
  { AttributeName: 'sk', AttributeType: 'S' },
];

const inTransaction = { StringEquals: { 'dynamodb:EnclosingOperation': 'TransactWriteItems' } };
const onAgents = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['AGENT#*'] } };

const template = {
  Resources: {
    Ledger: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: ledgerTableName,
        ...key,
        AttributeDefinitions: keyTypes,
        StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      },
    },
    State: {
      Type: 'AWS::DynamoDB::GlobalTable',
      Properties: {
        TableName: stateTableName,
        ...key,
        AttributeDefinitions: [...keyTypes, { AttributeName: 'openPk', AttributeType: 'S' }],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'open-requests',
            KeySchema: [{ AttributeName: 'openPk', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        Replicas: [{ Region: region }],
      },
    },
    Writer: role('writer', [
      allow('dynamodb:PutItem', ledgerArn, inTransaction),
      allow(['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:ConditionCheckItem'], stateArn, onAgents),
      allow(['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'], [ledgerArn, stateArn]),
    ]),
    Reader: role('reader', [
      allow(
        ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
        [stateArn, `${stateArn}/index/*`],
        onAgents,
      ),
      allow('dynamodb:GetItem', ledgerArn, {
        'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'sk', 'hash'] },
        StringEquals: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
      }),
    ]),
    Administrator: role('administrator', [allow('dynamodb:*', '*')]),
  },
};

/** A sandbox with two tables and three roles. */
export interface TableSandbox extends TestSandbox {
  readonly service: DynamoDbService;
  /** What went wrong outside of calls. */
  readonly databaseFaults: readonly unknown[];
  client(roleName: string): DynamoDBClient;
}

export async function openTables(folder: string): Promise<TableSandbox> {
  const services: DynamoDbService[] = [];
  const faults: unknown[] = [];
  const sandbox = await openTestSandbox(folder, { Tables: template }, (context) => [
    openDynamoDb(context, { onFault: (error) => faults.push(error) }).then((service) => {
      services.push(service);
      return service;
    }),
  ]);
  const service = services[0];
  if (service === undefined) {
    throw new Error('the service did not open');
  }
  const clients: DynamoDBClient[] = [];
  return {
    ...sandbox,
    databaseFaults: faults,
    service,
    client: (roleName) => {
      const client = new DynamoDBClient({ ...sandbox.clientOf(roleName), maxAttempts: 1 });
      clients.push(client);
      return client;
    },
    close: async () => {
      for (const client of clients) {
        client.destroy();
      }
      await sandbox.close();
    },
  };
}
