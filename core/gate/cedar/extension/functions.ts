import { EvaluationError } from '../errors.ts';
import { compareLongs } from '../long.ts';
import { typeError } from '../type-error.ts';
import type { Value } from '../value.ts';
import { DatetimeValue, DURATION_UNITS, DurationValue, parseDatetime, parseDuration } from './datetime.ts';
import { DecimalValue, parseDecimal } from './decimal.ts';
import { IpValue, parseIp } from './ip.ts';

/** An extension function: how many arguments it takes and what it does with that many. */
export interface ExtensionFunction {
  readonly arity: 1 | 2;
  /** @throws {EvaluationError} on arguments of another type and on the function's own failures */
  readonly apply: (first: Value, second: Value) => Value;
}

function text(value: Value): string {
  if (typeof value !== 'string') throw typeError('string', value);
  return value;
}

function decimal(value: Value): DecimalValue {
  if (!(value instanceof DecimalValue)) throw typeError('decimal', value);
  return value;
}

function ip(value: Value): IpValue {
  if (!(value instanceof IpValue)) throw typeError('ipaddr', value);
  return value;
}

function datetime(value: Value): DatetimeValue {
  if (!(value instanceof DatetimeValue)) throw typeError('datetime', value);
  return value;
}

function duration(value: Value): DurationValue {
  if (!(value instanceof DurationValue)) throw typeError('duration', value);
  return value;
}

function unary(apply: (argument: Value) => Value): ExtensionFunction {
  return { arity: 1, apply };
}

function binary(apply: (first: Value, second: Value) => Value): ExtensionFunction {
  return { arity: 2, apply };
}

function decimalOrder(holds: (order: number) => boolean): ExtensionFunction {
  return binary((first, second) => holds(compareLongs(decimal(first).tenThousandths, decimal(second).tenThousandths)));
}

/** Every extension function by its Cedar name; methods take what they are called on as the first argument. */
export const EXTENSION_FUNCTIONS: ReadonlyMap<string, ExtensionFunction> = new Map([
  ['decimal', unary((argument) => parseDecimal(text(argument)))],
  ['lessThan', decimalOrder((order) => order < 0)],
  ['lessThanOrEqual', decimalOrder((order) => order <= 0)],
  ['greaterThan', decimalOrder((order) => order > 0)],
  ['greaterThanOrEqual', decimalOrder((order) => order >= 0)],
  ['ip', unary((argument) => parseIp(text(argument)))],
  ['isIpv4', unary((argument) => ip(argument).bits === 32)],
  ['isIpv6', unary((argument) => ip(argument).bits === 128)],
  ['isLoopback', unary((argument) => ip(argument).isLoopback())],
  ['isMulticast', unary((argument) => ip(argument).isMulticast())],
  ['isInRange', binary((first, second) => ip(first).isInRange(ip(second)))],
  ['datetime', unary((argument) => parseDatetime(text(argument)))],
  ['offset', binary((first, second) => datetime(first).offset(duration(second)))],
  ['durationSince', binary((first, second) => datetime(first).durationSince(datetime(second)))],
  ['toDate', unary((argument) => datetime(argument).toDate())],
  ['toTime', unary((argument) => datetime(argument).toTime())],
  ['duration', unary((argument) => parseDuration(text(argument)))],
  ...Object.entries(DURATION_UNITS).map(
    ([name, unitMs]) => [name, unary((argument) => duration(argument).inUnitsOf(unitMs))] as const,
  ),
]);

/**
 * Calls an extension function with evaluated arguments.
 *
 * @throws {EvaluationError} `wrong_arity`, `type_error`, `overflow` or `extension_error`
 */
export function callExtension(name: string, callee: ExtensionFunction, args: readonly Value[]): Value {
  const [first, second = first] = args;
  if (args.length !== callee.arity || first === undefined || second === undefined) {
    throw new EvaluationError('wrong_arity', `\`${name}\` expected ${callee.arity} arguments, got ${args.length}`);
  }
  return callee.apply(first, second);
}
