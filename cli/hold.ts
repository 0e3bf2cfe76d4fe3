import { parseArgs } from 'node:util';
import type { JsonObject } from '../core/json.ts';
import { agentChain } from '../core/ledger/event.ts';
import { holdResource, RELEASE_HOLD_TYPE, SET_HOLD_TYPE } from '../core/records/govern-holds.ts';
import type { RecordedHold } from '../core/records/holds-of-events.ts';
import { agentClient } from './agent.ts';
import { approvedAct, reportAct } from './approved-act.ts';
import { runCommand } from './audit/run-command.ts';
import type { CommandIo } from './command.ts';
import { CommandError, EXIT, report } from './command.ts';
import { findDeployment } from './deployment.ts';
import { recordsRole } from './erase.ts';
import { recordedHolds } from './recorded-holds.ts';

/** How the command is called. */
export const HOLD_USAGE = `usage: countersign hold set ID --reason TEXT [--agent AGENT|--chain CHAIN] [--from DATE] [--to DATE] [--subject PSEUDONYM]
       countersign hold release ID --reason TEXT
       countersign hold list [--ledger TABLE]
  Setting and releasing ask two people, one of them a manager, and take --no-wait, --key KEY, --as ROLE and --json. What
  is not named does not narrow a hold. After a refusal, or with another scope, --key asks anew. The list is read from the
  control chain, as an auditor.`;

const OPTIONS = {
  reason: { type: 'string' },
  agent: { type: 'string' },
  chain: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  subject: { type: 'string' },
  ledger: { type: 'string' },
  'no-wait': { type: 'boolean', default: false },
  key: { type: 'string' },
  as: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

/** `countersign hold`: sets, releases and lists legal holds. */
export function holdCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  return runCommand(io, HOLD_USAGE, async () => {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: OPTIONS });
    const [verb, hold, ...others] = positionals;
    if (verb === 'list' && hold === undefined) return listHolds(io, values.ledger, values.json);
    const { reason } = values;
    const isAct = verb === 'set' || verb === 'release';
    if (!isAct || hold === undefined || reason === undefined || others.length > 0) {
      throw new CommandError(EXIT.badInput, HOLD_USAGE);
    }
    checkScope(hold, values);
    const params = { hold, reason: reason.trim(), ...(verb === 'set' && scopeOf(values)) };
    const client = agentClient(io, values.as ?? recordsRole(io));
    const action = {
      type: verb === 'set' ? SET_HOLD_TYPE : RELEASE_HOLD_TYPE,
      params,
      resource: holdResource(hold),
      sessionId: `hold-${hold}`,
      idempotencyKey: values.key ?? `hold-${verb}-${hold}`,
    };
    const approved = await approvedAct(io, client, action, { isWaiting: !values['no-wait'], isJson: values.json });
    if ('exitCode' in approved) return approved.exitCode;
    const { actionId } = approved;
    const reply = verb === 'set' ? await client.setHold(actionId, params) : await client.releaseHold(actionId, params);
    return reportAct(io, values.json, actionId, reply, `${hold} is ${verb === 'set' ? 'in force' : 'released'}`);
  });
}

/** The gate would refuse these too, though on record, and an id that was asked for once takes --key to ask again. */
function checkScope(hold: string, { from, to }: { readonly from?: string; readonly to?: string }): void {
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(hold))
    throw new CommandError(EXIT.badInput, `expected an id of lower-case letters, digits and dashes, got \`${hold}\``);
  const wrong = [from, to].find((date) => date !== undefined && !isDate(date));
  if (wrong !== undefined) throw new CommandError(EXIT.badInput, `expected a date like 2026-11-20, got \`${wrong}\``);
  if (from !== undefined && to !== undefined && to < from)
    throw new CommandError(EXIT.badInput, `expected --to at or after ${from}, got \`${to}\``);
}

function isDate(text: string): boolean {
  const timeMs = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(timeMs) && new Date(timeMs).toISOString().startsWith(`${text}T`);
}

function scopeOf(values: { readonly [Name in 'agent' | 'chain' | 'from' | 'to' | 'subject']?: string }): JsonObject {
  const { agent, from, to, subject } = values;
  const chain = agent === undefined ? values.chain : agentChain(agent);
  return {
    ...(chain !== undefined && { chain }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(subject !== undefined && { subject }),
  };
}

async function listHolds(io: CommandIo, ledger: string | undefined, isJson: boolean): Promise<number> {
  const table = ledger ?? findDeployment(io).sandbox?.names.ledgerTable;
  if (table === undefined) throw new CommandError(EXIT.badInput, HOLD_USAGE);
  const holds = await recordedHolds(io, table);
  report(io, isJson, { holds: holds.map(jsonOf) }, holds.length === 0 ? ['no holds'] : holds.map(lineOf));
  return EXIT.ok;
}

function jsonOf({ id, data, setAtMs, releasedAtMs }: RecordedHold): object {
  return {
    ...data,
    id,
    setAt: new Date(setAtMs).toISOString(),
    ...(releasedAtMs !== undefined && { releasedAt: new Date(releasedAtMs).toISOString() }),
  };
}

function lineOf({ id, data, releasedAtMs }: RecordedHold): string {
  const { chain = 'every chain', from = 'the first', to = 'the last', subject } = data;
  const about = subject === undefined ? '' : `, subject ${String(subject)}`;
  const state = releasedAtMs === undefined ? 'in force' : `released ${new Date(releasedAtMs).toISOString()}`;
  return `${id}: ${state}; ${String(chain)}, ${String(from)} to ${String(to)} day${about}; ${String(data['reason'])}`;
}
