import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { isJsonObject } from '../../core/json.ts';
import type { AgentClient, GateReply } from '../../sdk/agent-client.ts';
import { agentClient, replyLines } from '../agent.ts';
import type { CommandIo } from '../command.ts';
import { CommandError, EXIT, exitCodeOf, report } from '../command.ts';
import { findDeployment } from '../deployment.ts';
import { POLICY_PIPELINE_ROLE } from '../sandbox/registry.ts';
import { readBundle } from './bundle-bytes.ts';

/** How the command is called. */
export const ACTIVATE_USAGE = `countersign policy activate FILE|DIR [--no-wait] [--key KEY] [--as ROLE] [--json]
countersign policy activate HASH --sequence N [--no-wait] [--key KEY] [--as ROLE] [--json]
  Asks for a published bundle to come into force, waits for two people, one of them a manager, and performs it. Called
  again it goes on where it stopped. After a refusal, or an approval nobody used in time, --key asks anew.`;

const ASK_EVERY_MS = 1_000;

/** A bundle by its names. */
interface Named {
  readonly hash: string;
  readonly sequence: number;
}

/** Activates a policy bundle as the policy pipeline. Exit code 0 means: no decision by the bundle before commits. */
export async function activateCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const { named, role, key, isWaiting, isJson } = await readArguments(argv, io);
  const client = agentClient(io, role);
  const asked = await client.submit({
    type: 'policy.activate',
    params: { bundleHash: named.hash, sequence: named.sequence },
    resource: 'policy/active',
    sessionId: `policy-${named.sequence}`,
    idempotencyKey: key ?? `activate-${named.hash}`,
  });
  const actionId = asked.body['actionId'];
  if (typeof actionId !== 'string' || (asked.status !== 202 && asked.status !== 200)) {
    report(io, isJson, asked.body, replyLines(asked));
    return exitCodeOf(asked.status);
  }
  const standing = await approvedBy(client, actionId, isWaiting, (reply) => {
    if (!isJson) io.stdout(`${replyLines(reply).join('\n')}\n  approve it with: countersign approve ${actionId}\n`);
  });
  const redeemed = standing.body['status'] === 'approved' ? await redeem(client, actionId, standing) : standing;
  if (!['redeemed', 'settled'].includes(String(redeemed.body['status']))) {
    report(io, isJson, redeemed.body, replyLines(redeemed));
    return redeemed.status === 200 ? EXIT.denied : exitCodeOf(redeemed.status);
  }
  return perform(io, client, actionId, named, isJson);
}

/** The action's standing once nobody is waited for any more, or at once when the command does not wait. */
async function approvedBy(
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

async function perform(
  io: CommandIo,
  client: AgentClient,
  actionId: string,
  named: Named,
  isJson: boolean,
): Promise<number> {
  const { status, body } = await client.activatePolicy(actionId, named.hash, named.sequence);
  const active = isJsonObject(body['active']) ? body['active'] : {};
  const now = `in force: ${String(active['hash'])}, sequence ${String(active['sequence'])}`;
  report(io, isJson, { actionId, ...body }, [
    status === 200 ? now : `${String(body['code'])}: ${String(body['detail'])}`,
  ]);
  return exitCodeOf(status);
}

async function readArguments(argv: readonly string[], io: CommandIo) {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      sequence: { type: 'string' },
      'no-wait': { type: 'boolean', default: false },
      key: { type: 'string' },
      as: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const [what, ...others] = positionals;
  if (what === undefined || others.length > 0) throw new CommandError(EXIT.badInput, ACTIVATE_USAGE);
  const isSandbox = findDeployment(io).sandbox !== undefined;
  return {
    named: await nameOf(what, values.sequence),
    role: values.as ?? (isSandbox ? POLICY_PIPELINE_ROLE : undefined),
    key: values.key,
    isWaiting: !values['no-wait'],
    isJson: values.json,
  };
}

async function nameOf(what: string, sequence: string | undefined): Promise<Named> {
  if (!/^[0-9a-f]{64}$/.test(what)) {
    const { bundle } = await readBundle(what);
    return { hash: bundle.hash, sequence: bundle.release.sequence };
  }
  if (sequence === undefined || !/^[1-9]\d{0,9}$/.test(sequence)) {
    throw new CommandError(EXIT.badInput, 'expected --sequence with the sequence that the bundle of this hash has');
  }
  return { hash: what, sequence: Number(sequence) };
}
