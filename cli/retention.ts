import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { auditClients } from '../aws/audit-clients.ts';
import { objectsByMonth } from '../aws/s3-objects-by-month.ts';
import type { HoldScope } from '../core/records/hold.ts';
import type { RecordedHold } from '../core/records/holds-of-events.ts';
import type { RetentionDays } from '../core/records/record-classes.ts';
import { RECORD_CLASS_NAMES, retentionDays } from '../core/records/record-classes.ts';
import type { PlannedClass, PlannedMonth } from '../core/records/retention-plan.ts';
import { plannedClasses, plannedMonths } from '../core/records/retention-plan.ts';
import { auditTarget } from './audit/audit-target.ts';
import { runCommand } from './audit/run-command.ts';
import type { CommandIo } from './command.ts';
import { CommandError, EXIT, report } from './command.ts';
import { findDeployment } from './deployment.ts';
import { recordedHolds } from './recorded-holds.ts';

/** How the command is called. */
export const RETENTION_USAGE = `usage: countersign retention plan [--config FILE] [--archive BUCKET --log BUCKET --ledger TABLE] [--json]
  Says how long each class of records is kept and by which rule, until when the objects of each month are locked, which
  holds keep them longer, and from when on nothing does. Reads as an auditor and changes nothing. Without --config the
  cited periods are shown; without names those of the sandbox that runs here.`;

const OPTIONS = {
  config: { type: 'string' },
  archive: { type: 'string' },
  log: { type: 'string' },
  ledger: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

const Period = v.union([v.object({ days: v.number() }), v.object({ years: v.number() })]);
const Config = v.object({ retention: v.optional(v.record(v.picklist(RECORD_CLASS_NAMES), Period), {}) });

/** `countersign retention plan`: what is kept until when. */
export function retentionCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  return runCommand(io, RETENTION_USAGE, async () => {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: OPTIONS });
    if (positionals.join(' ') !== 'plan') throw new CommandError(EXIT.badInput, RETENTION_USAGE);
    const names = storesOf(io, values);
    const classes = plannedClasses(await configured(values.config));
    const { s3 } = auditClients(auditTarget(io));
    const objects = await objectsByMonth(s3, names);
    const holds = (await recordedHolds(io, names.ledger)).filter(({ releasedAtMs }) => releasedAtMs === undefined);
    const inForce = holds.map((hold) => ({ id: hold.id, scope: scopeOf(hold) }));
    const months = plannedMonths(objects, inForce);
    report(io, values.json, { classes, months: months.map(jsonOf) }, [
      ...classes.map(classLine),
      ...months.map(monthLine),
      'no role of the product may delete objects: who deletes changes the bucket policy first',
    ]);
    return EXIT.ok;
  });
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
  const parsed = v.safeParse(Config, JSON.parse(await readFile(path, 'utf8')));
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
    ...(lockedUntilMs !== undefined && { lockedUntil: dateOf(lockedUntilMs) }),
    ...(deletableFromMs !== undefined && { deletableFrom: dateOf(deletableFromMs) }),
  };
}

function classLine({ name, keptDays, citation, holds }: PlannedClass): string {
  return `${name.padEnd(10)} ${String(keptDays).padStart(6)} days  ${citation}: ${holds}`;
}

function monthLine({ area, month, objects, lockedUntilMs, holds, deletableFromMs }: PlannedMonth): string {
  const kept = [
    lockedUntilMs === undefined ? 'not locked' : `locked until ${dateOf(lockedUntilMs)}`,
    ...(holds.length > 0 ? [`held by ${holds.join(', ')}`] : []),
    ...(deletableFromMs === undefined ? [] : [`deletable from ${dateOf(deletableFromMs)}`]),
  ];
  return `${month} ${area.padEnd(11)} ${String(objects).padStart(7)} objects  ${kept.join(', ')}`;
}

function dateOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
