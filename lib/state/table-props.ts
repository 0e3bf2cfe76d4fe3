import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, type Table, TableEncryption, type TableProps } from 'aws-cdk-lib/aws-dynamodb';
import { acknowledge } from '../acknowledge.ts';

/**
 * What every table has: keys `pk` and `sk`, on-demand capacity, point-in-time recovery, deletion protection.
 *
 * Encrypted with the account's DynamoDB key: a customer key adds a way to lose the data and a request per partition,
 * while access is decided by IAM and the table's own policy either way.
 */
export const TABLE_PROPS = {
  partitionKey: { name: 'pk', type: AttributeType.STRING },
  sortKey: { name: 'sk', type: AttributeType.STRING },
  billingMode: BillingMode.PAY_PER_REQUEST,
  encryption: TableEncryption.AWS_MANAGED,
  pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: 35 },
  deletionProtection: true,
  removalPolicy: RemovalPolicy.RETAIN,
} as const satisfies TableProps;

/** Accepts what every table has in common. */
export function acknowledgeTable(table: Table): void {
  acknowledge(table, {
    'NIST.800.53.R5-DynamoDBInBackupPlan':
      'point-in-time recovery covers 35 days, and the archive holds the ledger; a plan across accounts is the institution’s own',
  });
}
