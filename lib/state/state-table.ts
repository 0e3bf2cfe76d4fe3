import { AttributeType, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Grant } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { FunctionName } from '../functions/function-names.ts';
import type { ProductFunction } from '../functions/product-function.ts';
import { onPartitionKeys, onPartitionKeysInTransaction } from './key-conditions.ts';
import { ITEM_WRITES, refuseAll, refuseOthers, UNUSED_WRITES } from './table-guard.ts';
import { acknowledgeTable, TABLE_PROPS } from './table-props.ts';

/** Partition key patterns of the state table, by what they hold. */
export const STATE_KEYS = {
  agents: 'AGENT#*',
  units: 'UNIT#*',
  control: 'CONTROL',
  requests: 'REQUEST#*',
  archive: 'ARCHIVE',
  subjects: 'SUBJECT#*',
  log: 'LOG',
  sequenced: 'SEQUENCED#*',
  reconciliation: 'RECONCILE',
  epochs: 'EPOCHS',
  holds: 'HOLDS',
  holding: 'HOLDING',
  keys: 'KEYS',
} as const;

/** One kind of item in the state table. */
export type StateKind = keyof typeof STATE_KEYS;

/** Sparse index of open approval requests: `openPk` is `OPEN` while one waits. */
export const OPEN_REQUESTS_INDEX = 'open-requests';

function patterns(kinds: readonly StateKind[]): readonly string[] {
  return kinds.map((kind) => STATE_KEYS[kind]);
}

/** Properties of {@link StateTable}. */
export interface StateTableProps {
  /** Functions whose roles may write each kind of item. */
  readonly writers: { readonly [kind in StateKind]: readonly FunctionName[] };
}

const KINDS: readonly StateKind[] = [
  'agents',
  'units',
  'control',
  'requests',
  'archive',
  'subjects',
  'log',
  'sequenced',
  'reconciliation',
  'epochs',
  'holds',
  'holding',
  'keys',
];

/** What the product writes: heads, budgets, actions, approvals, stops. */
export class StateTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, props: StateTableProps) {
    super(scope, id);
    this.table = new Table(this, 'Table', { ...TABLE_PROPS, timeToLiveAttribute: 'expiresAt' });
    this.table.addGlobalSecondaryIndex({
      indexName: OPEN_REQUESTS_INDEX,
      partitionKey: { name: 'openPk', type: AttributeType.STRING },
      sortKey: { name: 'openSk', type: AttributeType.STRING },
      projectionType: ProjectionType.ALL,
    });
    this.guard(props);
    acknowledgeTable(this.table);
  }

  /** Refuses every kind of item to all but its writers, whatever IAM allows them. */
  private guard(props: StateTableProps): void {
    this.table.addToResourcePolicy(refuseAll('NoUnusedWrites', UNUSED_WRITES));
    for (const kind of KINDS) {
      this.table.addToResourcePolicy(
        refuseOthers(this, `Only${kind}Writers`, ITEM_WRITES, props.writers[kind], {
          'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': [STATE_KEYS[kind]] },
        }),
      );
    }
  }

  /** Sets the variable that names the table. */
  wire(user: ProductFunction): void {
    user.lambda.addEnvironment('STATE_TABLE_NAME', this.table.tableName);
  }

  /** Lets a function read items of the given kinds, one by one or in a batch. */
  grantRead(reader: ProductFunction, kinds: readonly StateKind[]): Grant {
    this.wire(reader);
    return reader.allow({
      actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem'],
      resources: [this.table.tableArn],
      conditions: onPartitionKeys(patterns(kinds)),
    });
  }

  /** Lets a function write items of the given kinds, only inside a transaction, and check others there. */
  grantCommit(writer: ProductFunction, kinds: readonly StateKind[], checks: readonly StateKind[] = []): Grant {
    this.wire(writer);
    writer.allow({
      actions: ['dynamodb:ConditionCheckItem'],
      resources: [this.table.tableArn],
      conditions: onPartitionKeysInTransaction(patterns([...kinds, ...checks])),
    });
    return writer.allow({
      actions: ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
      resources: [this.table.tableArn],
      conditions: onPartitionKeysInTransaction(patterns(kinds)),
    });
  }

  /** Lets a function query one partition of the given kinds. */
  grantQuery(reader: ProductFunction, kinds: readonly StateKind[]): Grant {
    this.wire(reader);
    return reader.allow({
      actions: ['dynamodb:Query'],
      resources: [this.table.tableArn],
      conditions: onPartitionKeys(patterns(kinds)),
    });
  }

  /** Lets a function list open approval requests. */
  grantQueryOpenRequests(reader: ProductFunction): Grant {
    this.wire(reader);
    return reader.allow({
      actions: ['dynamodb:Query'],
      resources: [`${this.table.tableArn}/index/${OPEN_REQUESTS_INDEX}`],
      conditions: onPartitionKeys(['OPEN']),
    });
  }
}
