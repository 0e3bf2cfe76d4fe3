/** Gives the first moment after `afterMs` at which a schedule fires; `undefined` when it never does again. */
export type Schedule = (afterMs: number) => number | undefined;

const RATE_UNIT_MS: { readonly [unit: string]: number } = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A cron schedule that has no match within four years has none: that span holds every date once. */
const SEARCH_LIMIT_DAYS = 4 * 366;

/**
 * Parses `rate(n unit)` and `cron(minute hour day-of-month month day-of-week year)` in UTC, the latter with `*`, `?`,
 * numbers, lists, ranges and steps; days of the week count from 1 for Sunday. Names, `L`, `W` and `#` are not known.
 *
 * @param startMs when a rate begins to count
 * @throws {TypeError} for anything else
 */
export function parseSchedule(expression: string, startMs: number): Schedule {
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression);
  const periodMs = Number(rate?.[1]) * (RATE_UNIT_MS[rate?.[2] ?? ''] ?? Number.NaN);
  if (periodMs > 0) return (afterMs) => startMs + (Math.floor((afterMs - startMs) / periodMs) + 1) * periodMs;
  const cron = /^cron\((.+)\)$/.exec(expression)?.[1]?.split(/\s+/);
  if (cron === undefined || cron.length !== 6)
    throw new TypeError(`expected rate(…) or cron(…), got \`${expression}\``);
  return parseCron(cron, expression);
}

function parseCron(fields: readonly string[], expression: string): Schedule {
  const [minute = '', hour = '', day = '', month = '', weekday = '', year = ''] = fields;
  const minutes = parseField(minute, 0, 59, expression);
  const hours = parseField(hour, 0, 23, expression);
  const days = parseField(day, 1, 31, expression);
  const months = parseField(month, 1, 12, expression);
  const weekdays = parseField(weekday, 1, 7, expression);
  const years = parseField(year, 1970, 2199, expression);
  const dayFires = (at: Date): boolean =>
    days.has(at.getUTCDate()) &&
    months.has(at.getUTCMonth() + 1) &&
    weekdays.has(at.getUTCDay() + 1) &&
    years.has(at.getUTCFullYear());
  return (afterMs) => {
    let atMs = (Math.floor(afterMs / MINUTE_MS) + 1) * MINUTE_MS;
    for (let searched = 0; searched < SEARCH_LIMIT_DAYS; searched += 1) {
      const nextDayMs = (Math.floor(atMs / DAY_MS) + 1) * DAY_MS;
      for (; atMs < nextDayMs && dayFires(new Date(atMs)); atMs += MINUTE_MS) {
        const at = new Date(atMs);
        if (hours.has(at.getUTCHours()) && minutes.has(at.getUTCMinutes())) return atMs;
      }
      atMs = nextDayMs;
    }
    return undefined;
  };
}

function parseField(field: string, lowest: number, highest: number, expression: string): ReadonlySet<number> {
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const match = /^(?:(\*|\?)|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part);
    if (match === null) throw new TypeError(`the sandbox does not know \`${part}\` in \`${expression}\``);
    const [, any, first, last, step] = match;
    const from = any === undefined ? Number(first) : lowest;
    const open = any !== undefined || step !== undefined;
    const to = last === undefined ? (open ? highest : from) : Number(last);
    const by = Number(step ?? 1);
    if (from < lowest || to > highest || by < 1)
      throw new TypeError(`\`${part}\` is out of range in \`${expression}\``);
    for (let value = from; value <= to; value += by) values.add(value);
  }
  return values;
}
