import type { CommandIo } from './command.ts';
import { CommandError, EXIT } from './command.ts';
import { controlClient, readControlArguments, reportControl } from './halt.ts';

/** How the command is called. */
export const VETO_USAGE = `countersign veto raise|clear --reason TEXT [--json]
  Stops every agent, or lifts what others raised; nobody lifts their own. COUNTERSIGN_ID_TOKEN holds your id token.`;

/** Raises or clears the veto as the signed-in risk officer. */
export async function vetoCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const { name, reason, isJson } = readControlArguments(argv, VETO_USAGE);
  if (name === 'raise') {
    const reply = await controlClient(io).raiseVeto(reason);
    return reportControl(io, isJson, reply, 'veto raised: no agent is allowed anything', 'the veto stood already');
  }
  if (name !== 'clear') throw new CommandError(EXIT.badInput, VETO_USAGE);
  const reply = await controlClient(io).clearVeto(reason);
  const done = reply.body['active'] === true ? 'claims cleared; your own still stands' : 'veto cleared';
  return reportControl(io, isJson, reply, done, 'there was no veto');
}
