import { setTimeout as sleep } from 'node:timers/promises';
import { isJsonObject } from '../core/json.ts';
import type { ActionInput, AgentClient, GateReply } from '../sdk/agent-client.ts';
import { replyLines } from './agent.ts';
import type { CommandIo } from './command.ts';
import { EXIT, exitCodeOf, report } from './command.ts';

const ASK_EVERY_MS = 1_000;

/** How a command asks for an act that people approve. */
export interface ActOptions {
  /** False: ends after asking, and is called again later. */
  readonly isWaiting: boolean;
  readonly isJson: boolean;
}

/**
 * Asks for an act, waits for people where it should, and redeems the approval. Called again it goes on where it
 * stopped.
 *
 * @returns the action to carry out, or the exit code of a command that ends here, its report written
 */
export async function approvedAct(
  io: CommandIo,
  client: AgentClient,
  action: ActionInput,
  { isWaiting, isJson }: ActOptions,
): Promise<{ readonly actionId: string } | { readonly exitCode: number }> {
  const asked = await client.submit(action);
  const actionId = asked.body['actionId'];
  if (typeof actionId !== 'string' || (asked.status !== 202 && asked.status !== 200)) {
    report(io, isJson, asked.body, replyLines(asked));
    return { exitCode: exitCodeOf(asked.status) };
  }
  const standing = await settledStanding(client, actionId, isWaiting, (reply) => {
    if (!isJson) io.stdout(`${replyLines(reply).join('\n')}\n  approve it with: countersign approve ${actionId}\n`);
  });
  const redeemed = standing.body['status'] === 'approved' ? await redeem(client, actionId, standing) : standing;
  if (['redeemed', 'settled'].includes(String(redeemed.body['status']))) return { actionId };
  report(io, isJson, redeemed.body, replyLines(redeemed));
  return { exitCode: redeemed.status === 200 ? EXIT.denied : exitCodeOf(redeemed.status) };
}

/** The action's standing once nobody is waited for any more, or at once when the command does not wait. */
async function settledStanding(
  client: AgentClient,
  actionId: string,
  isWaiting: boolean,
  tell: (reply: GateReply) => void,
): Promise<GateReply> {
  let isTold = false;
  for (;;) {
    const reply = await client.status(actionId);
    if (reply.body['status'] !== 'pending_approval' || !isWaiting) return reply;
    if (!isTold) tell(reply);
    isTold = true;
    await sleep(ASK_EVERY_MS);
  }
}

async function redeem(client: AgentClient, actionId: string, { body }: GateReply): Promise<GateReply> {
  const { envelopes } = body;
  return client.redeem(actionId, Array.isArray(envelopes) ? envelopes.filter(isJsonObject) : []);
}

/** Writes what carrying out an approved act came to. */
export function reportAct(
  io: CommandIo,
  isJson: boolean,
  actionId: string,
  { status, body }: GateReply,
  done: string,
): number {
  const line = status === 200 ? `${done}, recorded as control #${String(body['seq'])}` : refusalLine(body);
  report(io, isJson, { actionId, ...body }, [line]);
  return exitCodeOf(status);
}

function refusalLine(body: GateReply['body']): string {
  return `${String(body['code'])}: ${String(body['detail'])}`;
}
