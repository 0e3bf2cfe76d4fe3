import { StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { AnyPrincipal, Effect, type Grant, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { ProductFunction } from '../functions/product-function.ts';
import { inTransaction } from '../state/key-conditions.ts';
import { acknowledgeTable, TABLE_PROPS } from '../state/table-props.ts';

/** Every way to change or remove a row. None is granted to any role; the table refuses them to all. */
export const REWRITING_ACTIONS = [
  'dynamodb:UpdateItem',
  'dynamodb:DeleteItem',
  'dynamodb:BatchWriteItem',
  'dynamodb:PartiQLInsert',
  'dynamodb:PartiQLUpdate',
  'dynamodb:PartiQLDelete',
  'dynamodb:UpdateTimeToLive',
  'dynamodb:DeleteTable',
] as const;

/**
 * The ledger: rows are put once, inside the transaction that decided, and never change. Append-only is made of three
 * things: roles are allowed nothing but that put, the table's own policy refuses everything else to everyone, and the
 * put's condition refuses an existing key.
 */
export class LedgerTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.table = new Table(this, 'Table', { ...TABLE_PROPS, stream: StreamViewType.NEW_IMAGE });
    // A table's policy cannot name its own ARN without a cycle; `*` means this table here.
    this.table.addToResourcePolicy(
      new PolicyStatement({
        sid: 'RowsNeverChange',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: [...REWRITING_ACTIONS],
        resources: ['*'],
      }),
    );
    this.table.addToResourcePolicy(
      new PolicyStatement({
        sid: 'RowsOnlyWithTheirDecision',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['dynamodb:PutItem'],
        resources: ['*'],
        conditions: { StringNotEquals: { 'dynamodb:EnclosingOperation': 'TransactWriteItems' } },
      }),
    );
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
