import type { ConditionContext } from '../../contract.ts';
import { isRawObject, listOf, objectOrEmpty, type RawObject } from '../../template/raw-template.ts';
import { keyText, queriedKey, touchedAttributes } from './expression-names.ts';
import type { TableDefinition } from './table-definition.ts';

/** One permission a call needs. */
export interface AccessRequest {
  readonly action: string;
  readonly resourceArn: string;
  readonly context: ConditionContext;
  /** The table concerned, where it is one of the templates. */
  readonly table?: TableDefinition;
}

/** Where tables and their ARNs come from. */
export interface TableDirectory {
  readonly tables: ReadonlyMap<string, TableDefinition>;
  /** `arn:aws:dynamodb:<region>:<account>:table/`. */
  readonly tableArnPrefix: string;
}

// No pattern but `*` matches it, so a key that cannot be read is never taken for an allowed one.
const unreadableKey = '\u0000';

/** A table's name where the request gives its ARN. */
export function tableNameOf(value: unknown): string {
  const text = typeof value === 'string' ? value : '';
  return text.startsWith('arn:') ? (text.split(':table/')[1]?.split('/', 1)[0] ?? '') : text;
}

function settings(input: RawObject): ConditionContext {
  const pairs = [
    ['dynamodb:ReturnValues', input['ReturnValues']],
    ['dynamodb:ReturnConsumedCapacity', input['ReturnConsumedCapacity']],
    ['dynamodb:Select', input['Select']],
  ] as const;
  return Object.fromEntries(pairs.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
}

function impliedSelect(input: RawObject): ConditionContext {
  if (typeof input['Select'] === 'string') {
    return {};
  }
  const specific = input['ProjectionExpression'] !== undefined || input['AttributesToGet'] !== undefined;
  const whole = input['IndexName'] === undefined ? 'ALL_ATTRIBUTES' : 'ALL_PROJECTED_ATTRIBUTES';
  return { 'dynamodb:Select': specific ? 'SPECIFIC_ATTRIBUTES' : whole };
}

function itemAccess(
  directory: TableDirectory,
  action: string,
  input: RawObject,
  items: readonly unknown[],
): AccessRequest {
  const name = tableNameOf(input['TableName']);
  const table = directory.tables.get(name);
  const keyName = table?.partitionKeys.get('') ?? '';
  const leadingKeys = items.map((item) => keyText(objectOrEmpty(item)[keyName]) ?? unreadableKey);
  const attributes = new Set([
    ...touchedAttributes(input),
    ...items.flatMap((item) => Object.keys(objectOrEmpty(item))),
  ]);
  return {
    action: `dynamodb:${action}`,
    resourceArn: `${directory.tableArnPrefix}${name}`,
    context: {
      ...settings(input),
      'dynamodb:LeadingKeys': [...new Set(leadingKeys)],
      'dynamodb:FirstPartitionKeyValues': [...new Set(leadingKeys)],
      'dynamodb:Attributes': [...attributes],
    },
    ...(table !== undefined && { table }),
  };
}

function single(directory: TableDirectory, operation: string, input: RawObject): AccessRequest {
  const access = itemAccess(directory, operation, input, [input['Item'] ?? input['Key']]);
  return operation === 'GetItem' ? { ...access, context: { ...access.context, ...impliedSelect(input) } } : access;
}

function search(directory: TableDirectory, operation: string, input: RawObject): AccessRequest {
  const name = tableNameOf(input['TableName']);
  const table = directory.tables.get(name);
  const index = typeof input['IndexName'] === 'string' ? input['IndexName'] : '';
  const key = queriedKey(input, table?.partitionKeys.get(index) ?? '') ?? unreadableKey;
  const arn = `${directory.tableArnPrefix}${name}`;
  return {
    action: `dynamodb:${operation}`,
    resourceArn: index === '' ? arn : `${arn}/index/${index}`,
    context: {
      ...settings(input),
      ...impliedSelect(input),
      'dynamodb:Attributes': touchedAttributes(input),
      // A scan names no key. AWS leaves the condition key without a value, which `ForAllValues:` lets pass.
      ...(operation === 'Query' && { 'dynamodb:LeadingKeys': [key], 'dynamodb:FirstPartitionKeyValues': [key] }),
    },
    ...(table !== undefined && { table }),
  };
}

function batch(directory: TableDirectory, operation: string, input: RawObject): readonly AccessRequest[] {
  return Object.entries(objectOrEmpty(input['RequestItems'])).map(([name, request]) => {
    const writes = listOf(request).map(objectOrEmpty);
    const keys =
      operation === 'BatchGetItem'
        ? listOf(objectOrEmpty(request)['Keys'])
        : writes.map(
            (write) => objectOrEmpty(write['PutRequest'])['Item'] ?? objectOrEmpty(write['DeleteRequest'])['Key'],
          );
    const own = operation === 'BatchGetItem' ? objectOrEmpty(request) : {};
    const access = itemAccess(directory, operation, { ...own, TableName: name }, keys);
    return operation === 'BatchGetItem' ? { ...access, context: { ...access.context, ...impliedSelect(own) } } : access;
  });
}

const transactActions: { readonly [member: string]: string } = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
  Get: 'GetItem',
};

function transaction(directory: TableDirectory, operation: string, input: RawObject): readonly AccessRequest[] {
  return listOf(input['TransactItems']).flatMap((entry) =>
    Object.entries(objectOrEmpty(entry)).map(([member, item]) => {
      const action = transactActions[member] ?? member;
      const access = single(directory, action, isRawObject(item) ? item : {});
      return { ...access, context: { ...access.context, 'dynamodb:EnclosingOperation': operation } };
    }),
  );
}

const partiqlActions: { readonly [verb: string]: string } = {
  SELECT: 'PartiQLSelect',
  INSERT: 'PartiQLInsert',
  UPDATE: 'PartiQLUpdate',
  DELETE: 'PartiQLDelete',
  EXISTS: 'PartiQLSelect',
};

function partiql(directory: TableDirectory, statement: unknown): AccessRequest {
  const text = String(statement).trim();
  const verb = text.split(/\s/, 1)[0]?.toUpperCase() ?? '';
  const name = /(?:FROM|INTO|UPDATE)\s+"?([\w.-]+)"?/i.exec(text)?.[1] ?? '';
  return {
    action: `dynamodb:${partiqlActions[verb] ?? 'PartiQLSelect'}`,
    resourceArn: `${directory.tableArnPrefix}${name}`,
    context: { 'dynamodb:LeadingKeys': [unreadableKey] },
  };
}

function other(directory: TableDirectory, operation: string, input: RawObject): AccessRequest {
  const name = tableNameOf(input['TableName']);
  const table = directory.tables.get(name);
  return {
    action: `dynamodb:${operation}`,
    resourceArn: name === '' ? '*' : `${directory.tableArnPrefix}${name}`,
    context: {},
    ...(table !== undefined && { table }),
  };
}

/**
 * The permissions a call needs, as AWS asks for them: one per table of a batch, one per item of a transaction under the
 * item's own action.
 */
export function accessRequests(
  directory: TableDirectory,
  operation: string,
  input: RawObject,
): readonly AccessRequest[] {
  switch (operation) {
    case 'GetItem':
    case 'PutItem':
    case 'UpdateItem':
    case 'DeleteItem':
      return [single(directory, operation, input)];
    case 'Query':
    case 'Scan':
      return [search(directory, operation, input)];
    case 'BatchGetItem':
    case 'BatchWriteItem':
      return batch(directory, operation, input);
    case 'TransactGetItems':
    case 'TransactWriteItems':
      return transaction(directory, operation, input);
    case 'ExecuteStatement':
      return [partiql(directory, input['Statement'])];
    case 'BatchExecuteStatement':
    case 'ExecuteTransaction':
      return listOf(input['Statements'] ?? input['TransactStatements']).map((entry) =>
        partiql(directory, objectOrEmpty(entry)['Statement']),
      );
    default:
      return [other(directory, operation, input)];
  }
}
