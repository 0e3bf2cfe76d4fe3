const DAY_MS = 86_400_000;
const BOUND = /^(?:(\d{4}-\d{2}-\d{2})|NOW(?:([+-])(\d+)DAYS?)?)$/i;

/** True when a partition lies inside a projection's range; as in Athena, other dates give no rows and no error. */
export function isProjected(date: string, [from, to]: readonly [string, string], nowMs: number): boolean {
  return bound(from, nowMs) <= date && date <= bound(to, nowMs);
}

function bound(text: string, nowMs: number): string {
  const match = BOUND.exec(text.replaceAll(' ', ''));
  if (match === null) throw new Error(`expected a date or \`NOW±nDAYS\` in a projection range, got \`${text}\``);
  const [, date, sign, days] = match;
  if (date !== undefined) return date;
  const shiftMs = Number(days ?? 0) * DAY_MS * (sign === '-' ? -1 : 1);
  return new Date(nowMs + shiftMs).toISOString().slice(0, 10);
}
