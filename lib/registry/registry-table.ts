import { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Grant } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { FunctionName } from '../functions/function-names.ts';
import type { ProductFunction } from '../functions/product-function.ts';
import { inTransaction } from '../state/key-conditions.ts';
import { ITEM_WRITES, refuseAll, refuseOthers, UNUSED_WRITES } from '../state/table-guard.ts';
import { acknowledgeTable, TABLE_PROPS } from '../state/table-props.ts';

/** Properties of {@link RegistryTable}. */
export interface RegistryTableProps {
  /** Functions whose roles may declare. */
  readonly loaders: readonly FunctionName[];
}

/** What the institution declares: agents, units and facts. The gate reads it and cannot write it. */
export class RegistryTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, props: RegistryTableProps) {
    super(scope, id);
    this.table = new Table(this, 'Table', TABLE_PROPS);
    this.table.addToResourcePolicy(refuseAll('NoUnusedWrites', UNUSED_WRITES));
    this.table.addToResourcePolicy(refuseOthers(this, 'OnlyDeclared', ITEM_WRITES, props.loaders));
    acknowledgeTable(this.table);
  }

  /** Sets the variable that names the table. */
  wire(user: ProductFunction): void {
    user.lambda.addEnvironment('REGISTRY_TABLE_NAME', this.table.tableName);
  }

  /** Lets a function read declared items. */
  grantRead(reader: ProductFunction): Grant {
    this.wire(reader);
    return reader.allow({ actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem'], resources: [this.table.tableArn] });
  }

  /** Lets a function list declared agents and units as well. */
  grantList(reader: ProductFunction): Grant {
    this.grantRead(reader);
    return reader.allow({ actions: ['dynamodb:Query'], resources: [this.table.tableArn] });
  }

  /** Lets the loader declare items, only in the transaction that records the load. */
  grantLoad(loader: ProductFunction): Grant {
    this.grantList(loader);
    return loader.allow({
      actions: ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:ConditionCheckItem'],
      resources: [this.table.tableArn],
      conditions: inTransaction(),
    });
  }
}
