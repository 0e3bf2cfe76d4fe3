/** A file that holds a key, and until when the key counts. */
export interface KeyFile {
  readonly file: string;
  /** When it was retired, epoch milliseconds; absent while it is in use. */
  readonly untilMs?: number;
}

const UNTIL = /^(.+)@(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{3})?Z)$/;

/** Reads `FILE`, or `FILE@2026-11-20T09:00:00Z` of a retired key. */
export function keyTerm(text: string): KeyFile {
  const [, file, until = ''] = UNTIL.exec(text) ?? [];
  const untilMs = Date.parse(until);
  return file === undefined || Number.isNaN(untilMs) ? { file: text } : { file, untilMs };
}
