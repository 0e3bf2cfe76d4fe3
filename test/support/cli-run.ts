import { runCli } from '../../cli/main.ts';

/** What a command printed and how it ended. */
export interface CliRun {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
  /** The one JSON value it printed. */
  json(): Record<string, unknown>;
}

/** Runs a command in this process, as `bin/countersign.ts` does. */
export async function cli(env: { readonly [name: string]: string }, ...argv: readonly string[]): Promise<CliRun> {
  let out = '';
  let err = '';
  const exitCode = await runCli(argv, {
    stdout: (text) => {
      out += text;
    },
    stderr: (text) => {
      err += text;
    },
    env,
    fetch,
  });
  return { exitCode, out, err, json: () => JSON.parse(out) };
}
