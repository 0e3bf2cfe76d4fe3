import { EntityRef } from './entity-ref.ts';
import { EvaluationError } from './errors.ts';
import { isLong } from './long.ts';
import { RecordValue, SetValue, type Value } from './value.ts';

/** Cedar's name for the type of `value`, for messages. */
export function typeOf(value: Value): string {
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  if (isLong(value)) return 'long';
  if (value instanceof EntityRef) return `entity of type ${value.type}`;
  if (value instanceof SetValue) return 'set';
  if (value instanceof RecordValue) return 'record';
  return value.typeName;
}

/** The error of an operand of the wrong type. The caller throws it. */
export function typeError(expected: string, got: Value): EvaluationError {
  return new EvaluationError('type_error', `type error: expected ${expected}, got ${typeOf(got)}`);
}
