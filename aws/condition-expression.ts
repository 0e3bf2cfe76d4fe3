import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Condition, StoredValue } from '../core/state/entities.ts';
import { toAttribute } from './attribute-values.ts';

/** Collects names and values of one DynamoDB expression under short placeholders. */
export class ExpressionNames {
  readonly names: Record<string, string> = {};
  readonly values: Record<string, AttributeValue> = {};

  name(attribute: string): string {
    const known = Object.entries(this.names).find(([, name]) => name === attribute);
    if (known !== undefined) return known[0];
    const placeholder = `#n${Object.keys(this.names).length}`;
    this.names[placeholder] = attribute;
    return placeholder;
  }

  value(value: StoredValue): string {
    const placeholder = `:v${Object.keys(this.values).length}`;
    this.values[placeholder] = toAttribute(value);
    return placeholder;
  }
}

/** Renders conditions as one ConditionExpression, all of which must hold; `undefined` when there are none. */
export function conditionExpression(conditions: readonly Condition[], names: ExpressionNames): string | undefined {
  if (conditions.length === 0) return undefined;
  return conditions.map((condition) => renderCondition(condition, names)).join(' AND ');
}

function renderCondition(condition: Condition, names: ExpressionNames): string {
  switch (condition.if) {
    case 'absent':
      return `attribute_not_exists(${names.name('pk')})`;
    case 'present':
      return `attribute_exists(${names.name('pk')})`;
    case 'equals':
      return `${names.name(condition.attribute)} = ${names.value(condition.value)}`;
    case 'attributeAbsent':
      return `attribute_not_exists(${names.name(condition.attribute)})`;
    case 'absentOrAtMost': {
      const name = names.name(condition.attribute);
      return `(attribute_not_exists(${name}) OR ${name} <= ${names.value(condition.value)})`;
    }
  }
}
