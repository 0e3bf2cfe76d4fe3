import type { JsonValue } from './json.ts';

/** Epoch milliseconds as a UTC time with milliseconds, the one spelling of times in events. */
export function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** Epoch milliseconds of a UTC time with milliseconds; undefined when it is not in its one spelling, or no text. */
export function readInstant(value: JsonValue | undefined): number | undefined {
  if (typeof value !== 'string') return undefined;
  const timeMs = Date.parse(value);
  return Number.isFinite(timeMs) && isoTime(timeMs) === value ? timeMs : undefined;
}
