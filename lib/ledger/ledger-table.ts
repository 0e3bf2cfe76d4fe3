import { StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Grant } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { FunctionName } from '../functions/function-names.ts';
import type { ProductFunction } from '../functions/product-function.ts';
import { inTransaction, onPartitionKeys } from '../state/key-conditions.ts';
import { refuseAll, refuseOthers, UNUSED_WRITES } from '../state/table-guard.ts';
import { acknowledgeTable, TABLE_PROPS } from '../state/table-props.ts';

/** Every way to change or remove a row. None is granted to any role; the table refuses them to all. */
export const REWRITING_ACTIONS = [
  'dynamodb:UpdateItem',
  'dynamodb:DeleteItem',
  ...UNUSED_WRITES,
  'dynamodb:UpdateTimeToLive',
  'dynamodb:DeleteTable',
] as const;

/** Properties of {@link LedgerTable}. */
export interface LedgerTableProps {
  /** Functions whose roles may append. */
  readonly appenders: readonly FunctionName[];
}

/**
 * The ledger: rows are put once, inside the transaction that decided, and never change. Append-only is made of three
 * things: roles are allowed nothing but that put, the table's own policy refuses everything else to everyone, and the
 * put's condition refuses an existing key.
 */
export class LedgerTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, props: LedgerTableProps) {
    super(scope, id);
    this.table = new Table(this, 'Table', { ...TABLE_PROPS, stream: StreamViewType.NEW_IMAGE });
    const outsideTransactions = { StringNotEquals: { 'dynamodb:EnclosingOperation': 'TransactWriteItems' } };
    for (const refusal of [
      refuseAll('RowsNeverChange', REWRITING_ACTIONS),
      refuseAll('RowsOnlyWithTheirDecision', ['dynamodb:PutItem'], outsideTransactions),
      refuseOthers(this, 'RowsOnlyFromTheProduct', ['dynamodb:PutItem'], props.appenders),
    ]) {
      this.table.addToResourcePolicy(refusal);
    }
    acknowledgeTable(this.table);
  }

  /** Sets the variable that names the table. */
  wire(user: ProductFunction): void {
    user.lambda.addEnvironment('LEDGER_TABLE_NAME', this.table.tableName);
  }

  /** Lets a function append rows, only inside a transaction. */
  grantAppend(writer: ProductFunction): Grant {
    this.wire(writer);
    return writer.allow({
      actions: ['dynamodb:PutItem'],
      resources: [this.table.tableArn],
      conditions: inTransaction(),
    });
  }

  /** Lets a function read rows, one by one or a chain in order. */
  grantRead(reader: ProductFunction): Grant {
    this.wire(reader);
    return reader.allow({
      actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
      resources: [this.table.tableArn],
    });
  }

  /** Lets a function read agents' chains in order, and no other chain. */
  grantQueryAgents(reader: ProductFunction): Grant {
    this.wire(reader);
    return reader.allow({
      actions: ['dynamodb:Query'],
      resources: [this.table.tableArn],
      conditions: onPartitionKeys(['agent/*']),
    });
  }

  /** Lets a function follow new rows. */
  grantFollow(reader: ProductFunction): Grant {
    const streamArn = this.streamArn();
    acknowledge(reader, {
      'AwsSolutions-IAM5[Resource::*]': 'dynamodb:ListStreams has no resource to name; it lists names only',
    });
    reader.allow({ actions: ['dynamodb:ListStreams'], resources: ['*'] });
    return reader.allow({
      actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      resources: [streamArn],
    });
  }

  /** ARN of the stream of new rows. */
  streamArn(): string {
    if (this.table.tableStreamArn === undefined) throw new Error('expected the ledger to have a stream, got none');
    return this.table.tableStreamArn;
  }
}
