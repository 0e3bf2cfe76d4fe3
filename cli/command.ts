/** What a command needs of the process it is called in; tests pass their own. */
export interface CommandIo {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly env: { readonly [name: string]: string | undefined };
  readonly fetch: typeof fetch;
}

/** How a command ended, as the process tells its caller. */
export const EXIT = { ok: 0, failed: 1, denied: 2, badInput: 3 } as const;

/** One of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with a message and an exit code. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** A command: its arguments after its own name, and the process it is called in. */
export type Command = (argv: readonly string[], io: CommandIo) => Promise<number>;

/** Writes a result: one JSON object with `--json`, else the lines for people. */
export function report(io: CommandIo, isJson: boolean, value: object, lines: readonly string[]): void {
  io.stdout(isJson ? `${JSON.stringify(value)}\n` : `${lines.join('\n')}\n`);
}

/** The exit code that goes with an HTTP status of the gate. */
export function exitCodeOf(status: number): ExitCode {
  if (status < 300) return EXIT.ok;
  if (status === 401 || status === 403) return EXIT.denied;
  return status < 500 ? EXIT.badInput : EXIT.failed;
}
