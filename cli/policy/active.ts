import { parseArgs } from 'node:util';
import { isJsonObject } from '../../core/json.ts';
import type { CommandIo } from '../command.ts';
import { EXIT, exitCodeOf, report } from '../command.ts';
import { controlClient } from '../halt.ts';

/** How the command is called. */
export const ACTIVE_USAGE = `countersign policy active [--as PERSON] [--json]
  Shows which policy bundle is in force. --as names a person of the sandbox; elsewhere COUNTERSIGN_ID_TOKEN.`;

/** Shows the bundle in force to a signed-in person. */
export async function activeCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options: { json: { type: 'boolean', default: false } } });
  const { status, body } = await controlClient(io).control();
  if (status !== 200) {
    report(io, values.json, body, [`${String(body['code'])}: ${String(body['detail'])}`]);
    return exitCodeOf(status);
  }
  const active = isJsonObject(body['activeBundle']) ? body['activeBundle'] : null;
  const line =
    active === null
      ? 'none was activated: the bundle deployed with the functions is in force'
      : `${String(active['hash'])}, sequence ${String(active['sequence'])}`;
  report(io, values.json, { activeBundle: active }, [line]);
  return EXIT.ok;
}
