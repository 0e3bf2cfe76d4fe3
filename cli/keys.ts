import { parseArgs } from 'node:util';
import type { RecordedKey } from '../core/records/keys-of-events.ts';
import { logKeyLine } from '../core/records/keys-of-events.ts';
import { KEY_CHANGE_TYPE, KEY_PURPOSES, type KeyPurpose, keyResource } from '../core/records/record-key-change.ts';
import { agentClient } from './agent.ts';
import { approvedAct, reportAct } from './approved-act.ts';
import { runCommand } from './audit/run-command.ts';
import type { CommandIo } from './command.ts';
import { CommandError, EXIT, report } from './command.ts';
import { findDeployment } from './deployment.ts';
import { recordedKeys } from './recorded-keys.ts';
import { SANDBOX_LOG_ORIGIN } from './sandbox/log-parties.ts';
import { POLICY_PIPELINE_ROLE } from './sandbox/registry.ts';

/** How the command is called. */
export const KEYS_USAGE = `usage: countersign keys rotate PURPOSE --generation N
       countersign keys retire PURPOSE --generation N
       countersign keys list [--ledger TABLE] [--origin NAME]
  PURPOSE is ${KEY_PURPOSES.join(', ')}. A key is replaced by configuration (keys.…); rotate records that generation N is
  in use, retire that nobody can use it any more. Both ask two people, one of them a manager, and take --no-wait,
  --key KEY, --as ROLE and --json. list says what was recorded; with the log's name also what goes into log.vkey.`;

const OPTIONS = {
  generation: { type: 'string' },
  ledger: { type: 'string' },
  origin: { type: 'string' },
  'no-wait': { type: 'boolean', default: false },
  key: { type: 'string' },
  as: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

type Flags = ReturnType<typeof parseFlags>['values'];

function parseFlags(argv: readonly string[]) {
  return parseArgs({ args: [...argv], allowPositionals: true, options: OPTIONS });
}

/** `countersign keys`: exit code 0 means that the change is recorded. */
export function keysCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  return runCommand(io, KEYS_USAGE, async () => {
    const { values, positionals } = parseFlags(argv);
    const [verb, named, ...others] = positionals;
    if (verb === 'list' && named === undefined) return listKeys(io, values);
    const purpose = KEY_PURPOSES.find((each) => each === named);
    const generation = /^[1-9]\d?$/.test(values.generation ?? '') ? Number(values.generation) : undefined;
    const isChange = verb === 'rotate' || verb === 'retire';
    if (!isChange || purpose === undefined || generation === undefined || others.length > 0)
      throw new CommandError(EXIT.badInput, KEYS_USAGE);
    const step = verb === 'rotate' ? 'introduce' : 'retire';
    return recordChange(io, purpose, { purpose, step, generation }, values);
  });
}

interface Change {
  readonly purpose: KeyPurpose;
  readonly step: 'introduce' | 'retire';
  readonly generation: number;
}

async function recordChange(io: CommandIo, purpose: KeyPurpose, change: Change, values: Flags): Promise<number> {
  const isSandbox = findDeployment(io).sandbox !== undefined;
  const client = agentClient(io, values.as ?? (isSandbox ? POLICY_PIPELINE_ROLE : undefined));
  const name = `${purpose}-${change.generation}`;
  const params = { ...change };
  const action = {
    type: KEY_CHANGE_TYPE,
    params,
    resource: keyResource(purpose),
    sessionId: `keys-${name}`,
    idempotencyKey: values.key ?? `keys-${change.step}-${name}`,
  };
  const approved = await approvedAct(io, client, action, { isWaiting: !values['no-wait'], isJson: values.json });
  if ('exitCode' in approved) return approved.exitCode;
  const reply = await client.recordKeyChange(approved.actionId, params);
  const done = `generation ${change.generation} of ${purpose} is ${change.step === 'retire' ? 'retired' : 'in use'}`;
  return reportAct(io, values.json, approved.actionId, reply, done);
}

async function listKeys(io: CommandIo, { ledger, origin, json }: Flags): Promise<number> {
  const { sandbox } = findDeployment(io);
  const table = ledger ?? sandbox?.names.ledgerTable;
  if (table === undefined) throw new CommandError(EXIT.badInput, KEYS_USAGE);
  const keys = await recordedKeys(io, table);
  const logName = origin ?? (sandbox === undefined ? undefined : SANDBOX_LOG_ORIGIN);
  const vkeys = logName === undefined ? [] : keys.flatMap((key) => logKeyLine(key, logName) ?? []);
  const lines = keys.length === 0 ? ['no key was recorded'] : [...keys.map(lineOf), ...vkeys];
  report(io, json, { keys: keys.map((key) => ({ ...key })), vkeys }, lines);
  return EXIT.ok;
}

function lineOf({ purpose, generation, keyId, publicKey, introduced, retired }: RecordedKey): string {
  const since = introduced === undefined ? 'never introduced' : `in use from ${introduced}`;
  const until = retired === undefined ? '' : `, retired ${retired}`;
  return `${purpose} ${generation} (${keyId}): ${since}${until}${publicKey === undefined ? '' : `; ${publicKey}`}`;
}
