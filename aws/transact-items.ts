import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { StoredItem, Write } from '../core/state/entities.ts';
import { toAttributes } from './attribute-values.ts';
import { conditionExpression, ExpressionNames } from './condition-expression.ts';
import type { TableName } from './keys.ts';
import { keyOf } from './keys.ts';
import { packLedgerItem } from './ledger-item.ts';

/** The deployed names of the tables. */
export type TableNames = { readonly [Table in TableName]: string };

/** Renders one write as an item of a TransactWriteItems request. */
export function transactItem(write: Write, tables: TableNames): TransactWriteItem {
  const { table, pk, sk } = keyOf(write.ref);
  const names = new ExpressionNames();
  const update = write.op === 'update' ? updateExpression(write, names) : undefined;
  const condition = conditionExpression(write.when, names);
  const common = {
    TableName: tables[table],
    ...(condition !== undefined && { ConditionExpression: condition }),
    ...(Object.keys(names.names).length > 0 && { ExpressionAttributeNames: names.names }),
    ...(Object.keys(names.values).length > 0 && { ExpressionAttributeValues: names.values }),
  };
  const key = { pk: { S: pk }, sk: { S: sk } };
  switch (write.op) {
    case 'put':
      return { Put: { ...common, Item: { ...toAttributes(storedForm(write)), ...key } } };
    case 'delete':
      return { Delete: { ...common, Key: key } };
    case 'check':
      return { ConditionCheck: { ...common, Key: key, ConditionExpression: condition } };
    case 'update':
      return { Update: { ...common, Key: key, UpdateExpression: update } };
  }
}

/** Ledger rows are packed; everything else is stored as it is. */
function storedForm({ ref, item }: Extract<Write, { op: 'put' }>): StoredItem {
  return ref.entity === 'ledgerEvent' ? packLedgerItem(item) : item;
}

function updateExpression(write: Extract<Write, { op: 'update' }>, names: ExpressionNames): string {
  const sets = Object.entries(write.set ?? {}).map(([name, value]) => `${names.name(name)} = ${names.value(value)}`);
  const adds = Object.entries(write.add ?? {}).map(([name, value]) => `${names.name(name)} ${names.value(value)}`);
  return [...clause('SET', sets), ...clause('ADD', adds)].join(' ');
}

function clause(keyword: string, parts: readonly string[]): string[] {
  return parts.length === 0 ? [] : [`${keyword} ${parts.join(', ')}`];
}
