const MONTH = /^(\d{4})-(0[1-9]|1[0-2])$/;
const MONTHS_PER_YEAR = 12;

/** True when `text` is a month, `yyyy-mm`. */
export function isMonth(text: string): boolean {
  return MONTH.test(text);
}

/** Every month from `from` through `through`, in order; none when `from` is later. Both are `yyyy-mm`. */
export function monthsThrough(from: string, through: string): readonly string[] {
  const first = ordinal(from);
  return Array.from({ length: Math.max(0, ordinal(through) - first + 1) }, (_, index) => monthAt(first + index));
}

/** The first millisecond after a month, UTC. */
export function monthEndMs(month: string): number {
  return Date.parse(`${monthAt(ordinal(month) + 1)}-01T00:00:00Z`);
}

/** The month `count` months before. */
export function monthsBefore(month: string, count: number): string {
  return monthAt(ordinal(month) - count);
}

function ordinal(month: string): number {
  const [, year, number] = MONTH.exec(month) ?? [];
  return Number(year) * MONTHS_PER_YEAR + Number(number) - 1;
}

function monthAt(value: number): string {
  const year = String(Math.floor(value / MONTHS_PER_YEAR)).padStart(4, '0');
  return `${year}-${String((value % MONTHS_PER_YEAR) + 1).padStart(2, '0')}`;
}
