import { parseArgs } from 'node:util';
import { isJsonObject } from '../core/json.ts';
import type { CommandIo } from './command.ts';
import { CommandError, EXIT, exitCodeOf, report } from './command.ts';
import { findDeployment } from './deployment.ts';
import { controlClient } from './halt.ts';

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
  const [actionId] = positionals;
  if (actionId === undefined || values.reason === undefined) throw new CommandError(EXIT.badInput, APPROVE_USAGE);
  const person = controlClient(io);
  const shown = await person.request(actionId);
  if (shown.status !== 200) {
    throw new CommandError(exitCodeOf(shown.status), String(shown.body['detail'] ?? shown.body['code']));
  }
  const reply = await person.decide(actionId, decision, values.reason, String(shown.body['digest']));
  const lines = reply.status === 200 ? [`${decision}d ${actionId}`] : [String(reply.body['detail'])];
  report(io, values.json, reply.body, lines);
  return exitCodeOf(reply.status);
}

async function listOpen(io: CommandIo, isJson: boolean): Promise<number> {
  const { status, body } = await controlClient(io).openRequests();
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
  return exitCodeOf(status);
}
