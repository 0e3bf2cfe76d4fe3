import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { JsonObject, JsonValue } from '../core/json.ts';
import { isJsonObject } from '../core/json.ts';
import { agentClient, checkReceiptPlace, replyLines, saveReceipt } from './agent.ts';
import type { CommandIo } from './command.ts';
import { CommandError, EXIT, exitCodeOf, report } from './command.ts';

/** How the command is called. */
export const SUBMIT_USAGE = `countersign submit TYPE --resource KIND/ID [--params JSON] [--session ID] [--key KEY] [--as ROLE] [--receipt FILE] [--json]
  Asks the gate whether an agent may act. Exit code 0 allowed, 2 denied or people are asked.`;

/** Submits one action as an agent. */
export async function submitCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      resource: { type: 'string' },
      params: { type: 'string', default: '{}' },
      session: { type: 'string', default: 'cli' },
      key: { type: 'string' },
      as: { type: 'string' },
      receipt: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const [type, ...rest] = positionals;
  if (type === undefined || rest.length > 0 || values.resource === undefined)
    throw new CommandError(EXIT.badInput, SUBMIT_USAGE);
  checkReceiptPlace(values.receipt);
  const reply = await agentClient(io, values.as).submit({
    type,
    params: parseParams(values.params),
    resource: values.resource,
    sessionId: values.session,
    idempotencyKey: values.key ?? randomUUID(),
  });
  await saveReceipt(io, values.receipt, reply);
  report(io, values.json, reply.body, replyLines(reply));
  return reply.status === 202 ? EXIT.denied : exitCodeOf(reply.status);
}

function parseParams(text: string): JsonObject {
  let value: JsonValue | undefined;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (isJsonObject(value)) return value;
  throw new CommandError(EXIT.badInput, `expected --params to be a json object, got \`${text}\``);
}
