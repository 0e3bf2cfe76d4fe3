import type { AwsReply } from '../../contract.ts';
import { AwsError } from '../../contract.ts';
import { jsonReply } from '../../front/protocol.ts';
import type { TableDefinition } from './table-definition.ts';

type Describe = (table: TableDefinition) => object;

function describeTable(table: TableDefinition): object {
  const { BillingMode: mode, ...shape } = table.createInput;
  const stream = table.streamArn === undefined ? {} : { LatestStreamArn: table.streamArn };
  const summary = { BillingMode: mode };
  return { Table: { ...shape, ...stream, TableArn: table.arn, TableStatus: 'ACTIVE', BillingModeSummary: summary } };
}

function describeTtl(table: TableDefinition): object {
  const { ttlAttribute } = table;
  const description =
    ttlAttribute === undefined
      ? { TimeToLiveStatus: 'DISABLED' }
      : { TimeToLiveStatus: 'ENABLED', AttributeName: ttlAttribute };
  return { TimeToLiveDescription: description };
}

function describeBackups(table: TableDefinition): object {
  const status = table.pointInTimeRecovery ? 'ENABLED' : 'DISABLED';
  const recovery = { PointInTimeRecoveryStatus: status };
  return {
    ContinuousBackupsDescription: { ContinuousBackupsStatus: 'ENABLED', PointInTimeRecoveryDescription: recovery },
  };
}

const descriptions: ReadonlyMap<string, Describe> = new Map([
  ['DescribeTable', describeTable],
  ['DescribeTimeToLive', describeTtl],
  ['DescribeContinuousBackups', describeBackups],
]);

/**
 * Answers the operations that describe tables, from the templates; `undefined` for any other operation.
 *
 * @throws {AwsError} `ResourceNotFoundException` where the table is not one of the templates
 */
export function describeReply(
  operation: string,
  table: TableDefinition | undefined,
  tables: ReadonlyMap<string, TableDefinition>,
): AwsReply | undefined {
  if (operation === 'ListTables') {
    return jsonReply('dynamodb', { TableNames: [...tables.keys()].sort() });
  }
  const describe = descriptions.get(operation);
  if (describe === undefined) {
    return undefined;
  }
  if (table === undefined) {
    throw new AwsError('ResourceNotFoundException', 400, 'Requested resource not found');
  }
  return jsonReply('dynamodb', describe(table));
}
