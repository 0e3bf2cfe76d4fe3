/** An error of a running execution: `name` is what Retry and Catch match, `cause` is for people. */
export class StateError extends Error {
  readonly error: string;
  readonly causeText: string;

  constructor(error: string, causeText: string) {
    super(`${error}: ${causeText}`);
    this.name = 'StateError';
    this.error = error;
    this.causeText = causeText;
  }
}

/** No Retry or Catch may name these, and `States.ALL` does not cover them. */
const TERMINAL_ERRORS: ReadonlySet<string> = new Set(['States.Runtime', 'States.DataLimitExceeded']);
const TIMEOUTS: ReadonlySet<string> = new Set(['States.Timeout', 'States.HeartbeatTimeout']);

/** True when an `ErrorEquals` list covers `error`, reserved names included. */
export function errorMatches(errorEquals: unknown, error: string): boolean {
  if (!Array.isArray(errorEquals) || TERMINAL_ERRORS.has(error)) return false;
  return errorEquals.some(
    (name) =>
      name === error ||
      name === 'States.ALL' ||
      (name === 'States.Timeout' && TIMEOUTS.has(error)) ||
      (name === 'States.TaskFailed' && !TIMEOUTS.has(error)),
  );
}
