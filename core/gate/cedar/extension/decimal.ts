import { EvaluationError } from '../errors.ts';
import { type Long, longFromBigInt } from '../long.ts';

const DECIMAL = /^(-?)([0-9]+)\.([0-9]+)$/;
const FRACTION_DIGITS = 4;

/** A Cedar decimal: a 64-bit count of ten-thousandths. */
export class DecimalValue {
  readonly typeName = 'decimal';
  readonly tenThousandths: Long;

  constructor(tenThousandths: Long) {
    this.tenThousandths = tenThousandths;
  }

  /** Equal for equal values only. */
  get key(): string {
    return `decimal ${this.tenThousandths}`;
  }
}

/**
 * Parses a decimal: digits on both sides of the point, at most four after it, within ±922337203685477.5807/8.
 *
 * @throws {EvaluationError} `extension_error`
 */
export function parseDecimal(text: string): DecimalValue {
  const [, sign, whole, fraction] = DECIMAL.exec(text) ?? [];
  if (whole === undefined || fraction === undefined) {
    throw new EvaluationError('extension_error', `\`${text}\` is not a well-formed decimal value`);
  }
  if (fraction.length > FRACTION_DIGITS) {
    throw new EvaluationError('extension_error', `too many digits after the decimal point in \`${text}\``);
  }
  const digits = BigInt(whole + fraction.padEnd(FRACTION_DIGITS, '0'));
  const count = longFromBigInt(sign === '-' ? -digits : digits);
  if (count === null) throw new EvaluationError('extension_error', `overflow when converting \`${text}\` to decimal`);
  return new DecimalValue(count);
}
