import { parseArgs } from 'node:util';
import { isJsonObject } from '../core/json.ts';
import type { CommandIo } from './command.ts';
import { CommandError, EXIT, exitCodeOf, report } from './command.ts';
import { findDeployment } from './deployment.ts';
import { controlClient } from './halt.ts';
import type { PersonReply } from './person-client.ts';

/** How the commands are called. */
export const APPROVE_USAGE = `countersign approve ACTION --reason TEXT [--as PERSON] [--json]
countersign reject ACTION --reason TEXT [--as PERSON] [--json]
countersign approve --list [--as PERSON] [--json]
  Shows what is asked for before it decides. --as names a person of the sandbox; elsewhere COUNTERSIGN_ID_TOKEN.`;

/** Approves an action as a signed-in person, or lists what is open. */
export async function approveCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  return decideCommand('approve', argv, io);
}

/** Rejects an action as a signed-in person. */
export async function rejectCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  return decideCommand('reject', argv, io);
}

async function decideCommand(decision: 'approve' | 'reject', argv: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      reason: { type: 'string' },
      list: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  if (values.list) return listOpen(io, values.json);
  const [actionId, ...rest] = positionals;
  if (actionId === undefined || rest.length > 0 || values.reason === undefined)
    throw new CommandError(EXIT.badInput, APPROVE_USAGE);
  const person = controlClient(io);
  const shown = await person.request(actionId);
  if (shown.status !== 200) return reportRefusal(io, values.json, shown);
  const reply = await person.decide(actionId, decision, values.reason, String(shown.body['digest']));
  if (reply.status !== 200) return reportRefusal(io, values.json, reply);
  report(io, values.json, reply.body, [`${decision === 'approve' ? 'approved' : 'rejected'} ${actionId}`]);
  return EXIT.ok;
}

function reportRefusal(io: CommandIo, isJson: boolean, { status, body }: PersonReply): number {
  report(io, isJson, body, [`${String(body['code'] ?? status)}: ${String(body['detail'] ?? body['title'] ?? '')}`]);
  return exitCodeOf(status);
}

async function listOpen(io: CommandIo, isJson: boolean): Promise<number> {
  const reply = await controlClient(io).openRequests();
  if (reply.status !== 200) return reportRefusal(io, isJson, reply);
  const { body } = reply;
  const requests = Array.isArray(body['requests']) ? body['requests'].filter(isJsonObject) : [];
  const lines = requests.map((request) => {
    const { id, type, agent, expiresAt, page } = request;
    const name = isJsonObject(agent) ? agent['name'] : agent;
    return [
      `${String(id)}  ${String(type)}  asked by ${String(name)}, until ${String(expiresAt)}`,
      `  ${findDeployment(io).apiUrl}${String(page)}`,
    ].join('\n');
  });
  report(io, isJson, body, lines.length > 0 ? lines : ['nothing is waiting']);
  return EXIT.ok;
}
