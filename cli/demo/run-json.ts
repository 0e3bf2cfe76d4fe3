import type { Command, CommandIo } from '../command.ts';

/** What a command printed with `--json`, and its exit code. */
export interface JsonRun {
  readonly exitCode: number;
  readonly output: Record<string, unknown>;
}

/** Runs a command as a user would, with `--json`, and reads what it printed. */
export async function runJson(command: Command, argv: readonly string[], io: CommandIo): Promise<JsonRun> {
  let printed = '';
  let complaint = '';
  const exitCode = await command([...argv, '--json'], {
    ...io,
    stdout: (text) => {
      printed += text;
    },
    stderr: (text) => {
      complaint += text;
    },
  });
  return { exitCode, output: printed === '' ? { complaint } : JSON.parse(printed) };
}
