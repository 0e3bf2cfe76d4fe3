import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { auditClients } from '../aws/audit-clients.ts';
import { objectsByMonth } from '../aws/s3-objects-by-month.ts';
import { dayOf } from '../core/budget/caps.ts';
import { EXTEND_RETENTION_TYPE, retentionResource } from '../core/records/extend-retention.ts';
import type { HoldScope } from '../core/records/hold.ts';
import type { RecordedHold } from '../core/records/holds-of-events.ts';
import { holdsOfEvents } from '../core/records/holds-of-events.ts';
import type { RetentionDays } from '../core/records/record-classes.ts';
import { RECORD_CLASS_NAMES, retentionDays } from '../core/records/record-classes.ts';
import { daysAsRecorded, EXTENDABLE_CLASSES } from '../core/records/retention-in-force.ts';
import type { PlannedClass, PlannedMonth } from '../core/records/retention-plan.ts';
import { plannedClasses, plannedMonths } from '../core/records/retention-plan.ts';
import { agentClient } from './agent.ts';
import { approvedAct, reportAct } from './approved-act.ts';
import { auditTarget } from './audit/audit-target.ts';
import { runCommand } from './audit/run-command.ts';
import type { CommandIo } from './command.ts';
import { CommandError, EXIT, report } from './command.ts';
import { findDeployment } from './deployment.ts';
import { recordsRole } from './erase.ts';
import { controlEvents } from './recorded-holds.ts';

/** How the command is called. */
export const RETENTION_USAGE = `usage: countersign retention plan [--config FILE] [--archive BUCKET --log BUCKET --ledger TABLE] [--json]
       countersign retention extend CLASS --days N --reason TEXT [--no-wait] [--key KEY] [--as ROLE] [--json]
  The plan says how long each class of records is kept and by which rule, until when the objects of each month are locked, which
  holds keep them longer, and from when on nothing does. Reads as an auditor and changes nothing. Without --config the
  cited periods are shown; without names those of the sandbox that runs here.
  Extending asks two people, one of them a manager, to keep a class (${EXTENDABLE_CLASSES.join(', ')}) for more days than are in
  force. No period is ever shortened.`;

const OPTIONS = {
  config: { type: 'string' },
  archive: { type: 'string' },
  log: { type: 'string' },
  ledger: { type: 'string' },
  days: { type: 'string' },
  reason: { type: 'string' },
  'no-wait': { type: 'boolean', default: false },
  key: { type: 'string' },
  as: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

const Period = v.union([v.object({ days: v.number() }), v.object({ years: v.number() })]);
const Config = v.object({ retention: v.optional(v.record(v.picklist(RECORD_CLASS_NAMES), Period), {}) });

const ConfigText = v.pipe(v.string(), v.parseJson(), Config);

type Values = ReturnType<typeof parsed>['values'];

/** `countersign retention`: says what is kept until when, and keeps a class of records longer. */
export function retentionCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  return runCommand(io, RETENTION_USAGE, async () => {
    const { values, positionals } = parsed(argv);
    const [verb, recordClass, ...others] = positionals;
    if (verb === 'plan' && recordClass === undefined) return plan(io, values);
    if (verb !== 'extend' || recordClass === undefined || others.length > 0) {
      throw new CommandError(EXIT.badInput, RETENTION_USAGE);
    }
    return extend(io, recordClass, values);
  });
}

function parsed(argv: readonly string[]) {
  return parseArgs({ args: [...argv], allowPositionals: true, options: OPTIONS });
}

async function extend(io: CommandIo, recordClass: string, values: Values): Promise<number> {
  const { reason, json: isJson } = values;
  if (reason === undefined || values.days === undefined) throw new CommandError(EXIT.badInput, RETENTION_USAGE);
  if (!EXTENDABLE_CLASSES.some((each) => each === recordClass))
    throw new CommandError(EXIT.badInput, `expected one of ${EXTENDABLE_CLASSES.join(', ')}, got \`${recordClass}\``);
  if (!/^[1-9]\d{0,5}$/.test(values.days))
    throw new CommandError(EXIT.badInput, `expected --days to be from 1 to 999999, got \`${values.days}\``);
  const days = Number(values.days);
  const params = { recordClass, days, reason: reason.trim() };
  const client = agentClient(io, values.as ?? recordsRole(io));
  const action = {
    type: EXTEND_RETENTION_TYPE,
    params,
    resource: retentionResource(recordClass),
    sessionId: `retention-${recordClass}`,
    idempotencyKey: values.key ?? `retention-${recordClass}-${days}`,
  };
  const approved = await approvedAct(io, client, action, { isWaiting: !values['no-wait'], isJson });
  if ('exitCode' in approved) return approved.exitCode;
  const reply = await client.extendRetention(approved.actionId, params);
  return reportAct(io, isJson, approved.actionId, reply, `${recordClass} are kept ${days} days`);
}

async function plan(io: CommandIo, values: Values): Promise<number> {
  const names = storesOf(io, values);
  const configuredDays = await configured(values.config);
  const { s3 } = auditClients(auditTarget(io));
  const objects = await objectsByMonth(s3, names);
  const events = await controlEvents(io, names.ledger);
  const classes = plannedClasses(daysAsRecorded(configuredDays, events));
  const holds = holdsOfEvents(events).filter(({ releasedAtMs }) => releasedAtMs === undefined);
  const inForce = holds.map((hold) => ({ id: hold.id, scope: scopeOf(hold) }));
  const months = plannedMonths(objects, inForce);
  report(io, values.json, { classes, months: months.map(jsonOf) }, [
    ...classes.map(classLine),
    ...months.map(monthLine),
    'no role of the product may delete objects: who deletes changes the bucket policy first',
  ]);
  return EXIT.ok;
}

function storesOf(io: CommandIo, named: { readonly [Name in 'archive' | 'log' | 'ledger']?: string }) {
  const { archive, log, ledger } = named;
  if (archive !== undefined && log !== undefined && ledger !== undefined) return { archive, log, ledger };
  const names = findDeployment(io).sandbox?.names;
  if (names === undefined) throw new CommandError(EXIT.badInput, RETENTION_USAGE);
  return { archive: archive ?? names.archiveBucket, log: log ?? names.logBucket, ledger: ledger ?? names.ledgerTable };
}

async function configured(path: string | undefined): Promise<RetentionDays> {
  if (path === undefined) return retentionDays({});
  const parsed = v.safeParse(ConfigText, await readFile(path, 'utf8'));
  if (!parsed.success) throw new CommandError(EXIT.badInput, `${path}: expected a deployment's configuration`);
  return retentionDays(parsed.output.retention);
}

function scopeOf({ data: { chain, from, to } }: RecordedHold): HoldScope {
  return {
    ...(typeof chain === 'string' && { chain }),
    ...(typeof from === 'string' && { from }),
    ...(typeof to === 'string' && { to }),
  };
}

function jsonOf({ lockedUntilMs, deletableFromMs, ...month }: PlannedMonth): object {
  return {
    ...month,
    ...(lockedUntilMs !== undefined && { lockedUntil: dayOf(lockedUntilMs) }),
    ...(deletableFromMs !== undefined && { deletableFrom: dayOf(deletableFromMs) }),
  };
}

function classLine({ name, keptDays, citation, holds }: PlannedClass): string {
  return `${name.padEnd(10)} ${String(keptDays).padStart(6)} days  ${citation}: ${holds}`;
}

function monthLine({ area, month, objects, lockedUntilMs, holds, deletableFromMs }: PlannedMonth): string {
  const kept = [
    lockedUntilMs === undefined ? 'not locked' : `locked until ${dayOf(lockedUntilMs)}`,
    ...(holds.length > 0 ? [`held by ${holds.join(', ')}`] : []),
    ...(deletableFromMs === undefined ? [] : [`deletable from ${dayOf(deletableFromMs)}`]),
  ];
  return `${month} ${area.padEnd(11)} ${String(objects).padStart(7)} objects  ${kept.join(', ')}`;
}
