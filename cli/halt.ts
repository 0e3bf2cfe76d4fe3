import { parseArgs } from 'node:util';
import type { CommandIo } from './command.ts';
import { CommandError, EXIT, exitCodeOf, report } from './command.ts';
import { findDeployment } from './deployment.ts';
import type { PersonReply } from './person-client.ts';
import { PersonClient } from './person-client.ts';

/** How the command is called. */
export const HALT_USAGE = `countersign halt AGENT --reason TEXT [--json]
  Stops one agent. Exit code 0 means: no allow of it commits any more. COUNTERSIGN_ID_TOKEN holds your id token.`;

/** Halts an agent as the signed-in risk officer. */
export async function haltCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const { name, reason, isJson } = readControlArguments(argv, HALT_USAGE);
  const reply = await controlClient(io).halt(name, reason);
  return reportControl(io, isJson, reply, `halted ${name}`, `${name} was halted already`);
}

/** A positional argument, a reason, and `--json`: what every control command takes. */
export function readControlArguments(argv: readonly string[], usage: string) {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { reason: { type: 'string' }, json: { type: 'boolean', default: false } },
    });
    const [name, ...rest] = positionals;
    if (name === undefined || values.reason === undefined || rest.length > 0) throw new TypeError('missing argument');
    return { name, reason: values.reason, isJson: values.json };
  } catch {
    throw new CommandError(EXIT.badInput, usage);
  }
}

/**
 * A client for the signed-in person.
 *
 * @throws {CommandError} bad input without an id token in the environment; it is no argument, since those can be seen
 */
export function controlClient(io: CommandIo): PersonClient {
  const idToken = io.env['COUNTERSIGN_ID_TOKEN'];
  if (idToken === undefined || idToken === '') {
    throw new CommandError(EXIT.badInput, 'expected an id token in COUNTERSIGN_ID_TOKEN, got nothing');
  }
  return new PersonClient({ baseUrl: findDeployment(io).apiUrl, idToken, fetch: io.fetch });
}

/** Writes what a control change came to. */
export function reportControl(
  io: CommandIo,
  isJson: boolean,
  reply: PersonReply,
  done: string,
  unchanged: string,
): number {
  const { status, body } = reply;
  const failure = `${String(body['code'] ?? status)}: ${String(body['detail'] ?? body['message'] ?? '')}`;
  report(io, isJson, body, [status !== 200 ? failure : body['changed'] === true ? done : unchanged]);
  return exitCodeOf(status);
}
