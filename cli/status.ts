import { parseArgs } from 'node:util';
import { isJsonObject } from '../core/json.ts';
import { agentClient, checkReceiptPlace, replyLines, saveReceipt } from './agent.ts';
import type { CommandIo } from './command.ts';
import { CommandError, EXIT, exitCodeOf, report } from './command.ts';

/** How the commands are called. */
export const STATUS_USAGE = 'countersign status ACTION [--as ROLE] [--json]';
export const REDEEM_USAGE = 'countersign redeem ACTION [--as ROLE] [--receipt FILE] [--json]';

/** Shows where an agent's action stands. */
export async function statusCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const { actionId, role, isJson } = readArguments(argv, STATUS_USAGE);
  const reply = await agentClient(io, role).status(actionId);
  report(io, isJson, reply.body, replyLines(reply));
  return exitCodeOf(reply.status);
}

/** Fetches the envelopes of an approved action and redeems it, as the agent. */
export async function redeemCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const { actionId, role, receipt, isJson } = readArguments(argv, REDEEM_USAGE);
  checkReceiptPlace(receipt);
  const client = agentClient(io, role);
  const found = await client.status(actionId);
  const envelopes = found.body['envelopes'];
  if (!Array.isArray(envelopes)) {
    report(io, isJson, found.body, ['expected an approved action, got', ...replyLines(found)]);
    return found.status === 200 ? EXIT.denied : exitCodeOf(found.status);
  }
  const reply = await client.redeem(actionId, envelopes.filter(isJsonObject));
  await saveReceipt(io, receipt, reply);
  report(io, isJson, reply.body, replyLines(reply));
  return exitCodeOf(reply.status);
}

function readArguments(argv: readonly string[], usage: string) {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { as: { type: 'string' }, receipt: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const [actionId, ...rest] = positionals;
  const isMisplaced = values.receipt !== undefined && usage === STATUS_USAGE;
  if (actionId === undefined || rest.length > 0 || isMisplaced) throw new CommandError(EXIT.badInput, usage);
  return { actionId, role: values.as, receipt: values.receipt, isJson: values.json };
}
