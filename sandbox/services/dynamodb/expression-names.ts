import { isRawObject, objectOrEmpty, type RawObject } from '../../template/raw-template.ts';

/**
 * What IAM sees of a request's expressions: the top-level attributes they touch, and the partition key a query names.
 */

const keywords: ReadonlySet<string> = new Set(['SET', 'REMOVE', 'ADD', 'DELETE', 'AND', 'OR', 'NOT', 'BETWEEN', 'IN']);
const tokenPattern = /(?<![.\w#:])([#:]?\w+)(\s*\()?/g;

/** The top-level attribute names in `expression`, with `#` names resolved. */
export function namesInExpression(expression: unknown, names: RawObject): readonly string[] {
  if (typeof expression !== 'string') {
    return [];
  }
  const found: string[] = [];
  for (const [, token = '', call] of expression.matchAll(tokenPattern)) {
    const skipped =
      token.startsWith(':') || /^\d/.test(token) || call !== undefined || keywords.has(token.toUpperCase());
    // `IN (` looks like a call; a name in front of a bracket is always a function or a keyword.
    if (!skipped) {
      found.push(token.startsWith('#') ? String(names[token] ?? token) : token);
    }
  }
  return found;
}

const expressionMembers = [
  'ProjectionExpression',
  'FilterExpression',
  'KeyConditionExpression',
  'ConditionExpression',
  'UpdateExpression',
] as const;
const namedMembers = [
  'KeyConditions',
  'QueryFilter',
  'ScanFilter',
  'Expected',
  'AttributeUpdates',
  'Item',
  'Key',
] as const;

/** Every top-level attribute a request or one of its items reads, tests or writes. */
export function touchedAttributes(input: RawObject): readonly string[] {
  const names = objectOrEmpty(input['ExpressionAttributeNames']);
  const fromExpressions = expressionMembers.flatMap((member) => namesInExpression(input[member], names));
  const fromMembers = namedMembers.flatMap((member) => Object.keys(objectOrEmpty(input[member])));
  const listed = Array.isArray(input['AttributesToGet']) ? input['AttributesToGet'].map(String) : [];
  return [...new Set([...fromExpressions, ...fromMembers, ...listed])];
}

/** A key attribute's value as `dynamodb:LeadingKeys` shows it; `undefined` where it is not a key value. */
export function keyText(value: unknown): string | undefined {
  if (!isRawObject(value)) {
    return undefined;
  }
  const text = value['S'] ?? value['N'] ?? value['B'];
  return typeof text === 'string' ? text : undefined;
}

/** The value a query demands of the partition key `keyName`; `undefined` where none can be read. */
export function queriedKey(input: RawObject, keyName: string): string | undefined {
  const legacy = objectOrEmpty(objectOrEmpty(input['KeyConditions'])[keyName])['AttributeValueList'];
  if (Array.isArray(legacy)) {
    return keyText(legacy[0]);
  }
  const names = objectOrEmpty(input['ExpressionAttributeNames']);
  const values = objectOrEmpty(input['ExpressionAttributeValues']);
  const expression = String(input['KeyConditionExpression'] ?? '');
  for (const match of expression.matchAll(/([#\w]+)\s*=\s*(:\w+)|(:\w+)\s*=\s*([#\w]+)/g)) {
    const name = match[1] ?? match[4] ?? '';
    if ((name.startsWith('#') ? names[name] : name) === keyName) {
      return keyText(values[match[2] ?? match[3] ?? '']);
    }
  }
  return undefined;
}
