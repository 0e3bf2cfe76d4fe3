import type { CommandIo } from '../../cli/command.ts';

/** A command's process as a test sees it. */
export interface TestIo extends CommandIo {
  readonly out: string[];
  readonly err: string[];
  /** Everything printed so far. */
  text(): string;
  /** The one JSON value printed. */
  json(): unknown;
}

export function testIo(env: { readonly [name: string]: string | undefined } = {}): TestIo {
  const out: string[] = [];
  const err: string[] = [];
  return {
    out,
    err,
    env,
    stdout: (text) => out.push(text),
    stderr: (text) => err.push(text),
    fetch: () => Promise.reject(new Error('expected no call')),
    text: () => out.join(''),
    json: () => JSON.parse(out.join('')),
  };
}
