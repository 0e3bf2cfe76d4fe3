import { EvaluationError } from '../errors.ts';
import { addLongs, type Long, longFromBigInt, subtractLongs } from '../long.ts';

const DATETIME =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{3}))?(?:Z|([+-])([0-9]{2})([0-9]{2})))?$/;
const DURATION = /^(-?)(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?(?:([0-9]+)ms)?$/;

const MS_PER_SECOND = 1000;
const MS_PER_MINUTE = 60 * MS_PER_SECOND;
const MS_PER_HOUR = 60 * MS_PER_MINUTE;
const MS_PER_DAY = 24 * MS_PER_HOUR;
const UNIT_MS = [MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND, 1].map(BigInt);

/** A Cedar duration in milliseconds. */
export class DurationValue {
  readonly typeName = 'duration';
  readonly ms: Long;

  constructor(ms: Long) {
    this.ms = ms;
  }

  /** Equal for equal values only. */
  get key(): string {
    return `duration ${this.ms}`;
  }

  /** Whole units of `unitMs` milliseconds, rounded toward zero. */
  inUnitsOf(unitMs: number): Long {
    return divideTowardZero(this.ms, unitMs);
  }
}

/** A Cedar datetime: milliseconds since 1970-01-01T00:00:00Z without leap seconds. */
export class DatetimeValue {
  readonly typeName = 'datetime';
  readonly epochMs: Long;

  constructor(epochMs: Long) {
    this.epochMs = epochMs;
  }

  /** Equal for equal values only. */
  get key(): string {
    return `datetime ${this.epochMs}`;
  }

  /** @throws {EvaluationError} `overflow` */
  offset(duration: DurationValue): DatetimeValue {
    return new DatetimeValue(addLongs(this.epochMs, duration.ms));
  }

  /** @throws {EvaluationError} `overflow` */
  durationSince(earlier: DatetimeValue): DurationValue {
    return new DurationValue(subtractLongs(this.epochMs, earlier.epochMs));
  }

  /** Midnight of the same UTC day. @throws {EvaluationError} `overflow` on the first representable day */
  toDate(): DatetimeValue {
    return new DatetimeValue(subtractLongs(this.epochMs, this.#msOfDay()));
  }

  /** Time since midnight UTC. */
  toTime(): DurationValue {
    return new DurationValue(this.#msOfDay());
  }

  #msOfDay(): number {
    const remainder = Number(
      typeof this.epochMs === 'number' ? this.epochMs % MS_PER_DAY : this.epochMs % BigInt(MS_PER_DAY),
    );
    return remainder < 0 ? remainder + MS_PER_DAY : remainder + 0;
  }
}

/** The unit lengths `DurationValue.inUnitsOf` is asked for. */
export const DURATION_UNITS = {
  toMilliseconds: 1,
  toSeconds: MS_PER_SECOND,
  toMinutes: MS_PER_MINUTE,
  toHours: MS_PER_HOUR,
  toDays: MS_PER_DAY,
} as const;

function divideTowardZero(value: Long, divisor: number): Long {
  if (typeof value === 'number') return Math.trunc(value / divisor) + 0;
  return longFromBigInt(value / BigInt(divisor)) ?? value;
}

/**
 * Parses `YYYY-MM-DD`, optionally with `Thh:mm:ss`, `.SSS` and `Z` or `±hhmm`. Offsets are below 24 h; no leap second.
 *
 * @throws {EvaluationError} `extension_error`
 */
export function parseDatetime(text: string): DatetimeValue {
  const parts = DATETIME.exec(text);
  if (parts === null) throw new EvaluationError('extension_error', `\`${text}\` is not a datetime`);
  const [, year, month, day, hour, minute, second, millisecond, sign, offsetHour, offsetMinute] = parts;
  const date = epochDay(Number(year), Number(month), Number(day));
  const [h, m, s] = [Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0)];
  const [oh, om] = [Number(offsetHour ?? 0), Number(offsetMinute ?? 0)];
  if (date === null || h > 23 || m > 59 || s > 59 || oh > 23 || om > 59) {
    throw new EvaluationError('extension_error', `\`${text}\` is not a datetime: a part is out of range`);
  }
  const timeMs = h * MS_PER_HOUR + m * MS_PER_MINUTE + s * MS_PER_SECOND + Number(millisecond ?? 0);
  const offsetMs = (oh * MS_PER_HOUR + om * MS_PER_MINUTE) * (sign === '-' ? -1 : 1);
  return new DatetimeValue(date * MS_PER_DAY + timeMs - offsetMs);
}

/** Days since 1970-01-01 of a proleptic Gregorian date, or null when there is no such date. */
function epochDay(year: number, month: number, day: number): number | null {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return date.getTime() / MS_PER_DAY;
}

/**
 * Parses a duration: an optional `-`, then quantities in the order `d h m s ms`, at least one of them.
 *
 * @throws {EvaluationError} `extension_error`
 */
export function parseDuration(text: string): DurationValue {
  const parts = DURATION.exec(text);
  if (parts === null || text === '' || text === '-') {
    throw new EvaluationError('extension_error', `\`${text}\` is not a duration`);
  }
  const quantities = parts.slice(2);
  const total = UNIT_MS.reduce((sum, unitMs, index) => sum + unitMs * BigInt(quantities[index] ?? '0'), 0n);
  const ms = longFromBigInt(parts[1] === '-' ? -total : total);
  if (ms === null)
    throw new EvaluationError('extension_error', `duration \`${text}\` overflows 64 bits of milliseconds`);
  return new DurationValue(ms);
}
