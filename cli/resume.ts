import type { CommandIo } from './command.ts';
import { controlClient, readControlArguments, reportControl } from './halt.ts';

/** How the command is called. */
export const RESUME_USAGE = `countersign resume AGENT --reason TEXT [--json]
  Lets a halted agent go on. Its owner cannot. COUNTERSIGN_ID_TOKEN holds your id token.`;

/** Resumes an agent as the signed-in risk officer. */
export async function resumeCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const { name, reason, isJson } = readControlArguments(argv, RESUME_USAGE);
  const reply = await controlClient(io).resume(name, reason);
  return reportControl(io, isJson, reply, `resumed ${name}`, `${name} was not halted`);
}
