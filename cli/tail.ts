import { parseArgs } from 'node:util';
import { auditClients } from '../aws/audit-clients.ts';
import { DynamoDbLedgerReader } from '../aws/ledger-reader.ts';
import { systemClock, systemPause } from '../aws/system.ts';
import { describeEvent } from '../core/ledger/describe-event.ts';
import { CONTROL_CHAIN } from '../core/ledger/event.ts';
import { parseEvent } from '../core/ledger/parse-event.ts';
import type { Clock, Pause } from '../core/ports.ts';
import { archivePlace, auditTarget } from './audit/audit-target.ts';
import { openArchive } from './audit/open-archive.ts';
import { runCommand } from './audit/run-command.ts';
import type { PollEvents } from './audit/tail-sources.ts';
import { archiveTail, ledgerTail } from './audit/tail-sources.ts';
import type { CommandIo } from './command.ts';
import { CommandError, EXIT } from './command.ts';

/** How the command is called. */
export const TAIL_USAGE = `usage: countersign tail [DIR|s3://bucket[/prefix]] [--chain CHAIN]… [--follow] [--lines N] [--json]
       countersign tail --table LEDGER_TABLE [--chain CHAIN]… [--follow] [--lines N] [--json]
  --chain CHAIN      only these chains, for example control or agent/<id>; a table needs them, control when none is given
  --lines N          how many of the events that are there already to print (default 10)
  --follow           wait for new events; --for SECONDS ends the waiting
  --interval SECONDS how often to look (default 2)
  --role ROLE        role of the sandbox's to read a table as`;

const OPTIONS = {
  table: { type: 'string' },
  chain: { type: 'string', multiple: true },
  follow: { type: 'boolean', default: false },
  for: { type: 'string' },
  interval: { type: 'string', default: '2' },
  lines: { type: 'string', default: '10' },
  json: { type: 'boolean', default: false },
  role: { type: 'string' },
} as const;

/**
 * `countersign tail`: prints the latest events, and new ones as they arrive. It shows, it does not verify: a record
 * that is no event is shown as such.
 *
 * @param time waiting and telling the time; tests pass their own
 * @returns 0 when it ended as asked, 3 on bad input
 */
export function tailCommand(
  argv: readonly string[],
  io: CommandIo,
  time: Clock & Pause = { ...systemClock, ...systemPause },
): Promise<number> {
  return runCommand(io, TAIL_USAGE, async () => {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: OPTIONS });
    const poll = openTail(io, positionals, values);
    const intervalMs = seconds('--interval', values.interval) * 1_000;
    const endMs =
      values.for === undefined ? Number.POSITIVE_INFINITY : time.nowMs() + seconds('--for', values.for) * 1_000;
    const print = (bytes: Uint8Array) => io.stdout(`${values.json ? jsonOf(bytes) : lineOf(bytes)}\n`);
    for (const bytes of await lastOf(poll(), wholeNumber('--lines', values.lines))) print(bytes);
    while (values.follow && time.nowMs() < endMs) {
      await time.forMs(intervalMs);
      for await (const bytes of poll()) print(bytes);
    }
    return EXIT.ok;
  });
}

interface TailValues {
  readonly table?: string | undefined;
  readonly chain?: readonly string[] | undefined;
  readonly role?: string | undefined;
}

function openTail(io: CommandIo, positionals: readonly string[], { table, chain = [], role }: TailValues): PollEvents {
  if (table === undefined) return archiveTail(openArchive(io, archivePlace(io, positionals, TAIL_USAGE)), chain);
  if (positionals.length > 0) throw new CommandError(EXIT.badInput, TAIL_USAGE);
  const ledger = new DynamoDbLedgerReader(auditClients(auditTarget(io, role)).dynamoDb, table);
  return ledgerTail(ledger, chain.length === 0 ? [CONTROL_CHAIN] : chain);
}

/** The last `count` events by their own time; events with equal times keep the order they were read in. */
async function lastOf(events: AsyncIterable<Uint8Array>, count: number): Promise<readonly Uint8Array[]> {
  let kept: TimedBytes[] = [];
  const cut = () => {
    kept.sort((left, right) => compare(left.timeMs, right.timeMs));
    kept = kept.slice(Math.max(0, kept.length - count));
  };
  for await (const bytes of events) {
    const parsed = parseEvent(bytes);
    kept.push({ bytes: bytes.slice(), timeMs: parsed.ok ? parsed.value.timeMs : Number.POSITIVE_INFINITY });
    if (kept.length > count + MAX_SLACK) cut();
  }
  cut();
  return kept.map(({ bytes }) => bytes);
}

interface TimedBytes {
  readonly bytes: Uint8Array;
  readonly timeMs: number;
}

// How many events are held beyond those that will be printed, so that sorting is rare.
const MAX_SLACK = 1_000;

function compare(left: number, right: number): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function lineOf(bytes: Uint8Array): string {
  const parsed = parseEvent(bytes);
  if (parsed.ok) return describeEvent(parsed.value);
  return `not an event: ${parsed.problem.check}, ${bytes.length} bytes`;
}

/** An event's own bytes; anything else as an object that says so, so that every line stays JSON. */
function jsonOf(bytes: Uint8Array): string {
  const parsed = parseEvent(bytes);
  return parsed.ok ? new TextDecoder().decode(bytes) : JSON.stringify({ notAnEvent: parsed.problem });
}

function seconds(flag: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new CommandError(EXIT.badInput, `expected ${flag} to be seconds, got \`${text}\``);
}

function wholeNumber(flag: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new CommandError(EXIT.badInput, `expected ${flag} to be a whole number, got \`${text}\``);
}
