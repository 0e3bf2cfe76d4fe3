import { parseArgs } from 'node:util';
import { isJsonObject } from '../../core/json.ts';
import type { AgentClient } from '../../sdk/agent-client.ts';
import { agentClient } from '../agent.ts';
import { approvedAct } from '../approved-act.ts';
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

/** A bundle by its names. */
interface Named {
  readonly hash: string;
  readonly sequence: number;
}

/** Activates a policy bundle as the policy pipeline. Exit code 0 means: no decision by the bundle before commits. */
export async function activateCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const { named, role, key, isWaiting, isJson } = await readArguments(argv, io);
  const client = agentClient(io, role);
  const action = {
    type: 'policy.activate',
    params: { bundleHash: named.hash, sequence: named.sequence },
    resource: 'policy/active',
    sessionId: `policy-${named.sequence}`,
    idempotencyKey: key ?? `activate-${named.hash}`,
  };
  const approved = await approvedAct(io, client, action, { isWaiting, isJson });
  if ('exitCode' in approved) return approved.exitCode;
  return perform(io, client, approved.actionId, named, isJson);
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
