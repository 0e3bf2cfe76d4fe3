import type { AthenaQueries } from '../../aws/athena-queries.ts';
import type { JsonValue } from '../../core/json.ts';
import { canonicalJson } from '../../core/ledger/canonical.ts';
import { sha256Hex } from '../../core/ledger/hash.ts';
import { parseCheckpointBody } from '../../core/ledger/log/checkpoint.ts';
import { decodeEntries } from '../../core/ledger/log/entry-bundle.ts';
import { parseNote } from '../../core/ledger/log/note.ts';
import { headName } from '../../core/ledger/log/sequence-staging.ts';
import { TILE_WIDTH } from '../../core/ledger/log/tile-path.ts';
import { readBundle } from '../../core/ledger/log-verify/bundle-source.ts';
import type { LogSource } from '../../core/ledger/log-verify/options.ts';
import type { LedgerEvent } from '../../core/ledger/parse-event.ts';
import { parseEntry } from '../../core/ledger/statement.ts';
import { AUDIT_DATABASE } from './audit-target.ts';

/** Where queries and the log say different things. */
export interface LeafFault {
  readonly code:
    | 'checkpoint_unknown'
    | 'checkpoint_differs'
    | 'leaf_repeated'
    | 'leaf_beyond'
    | 'leaf_missing'
    | 'leaf_differs';
  /** Absent where it is about a checkpoint. */
  readonly leaf?: number;
  /** What the log has. */
  readonly expected: string;
  /** What queries show. */
  readonly got: string;
}

/** What was compared. */
export interface LeafCheck {
  readonly logSize: number;
  /** Leaves of the newest checkpoint that queries know. */
  readonly queriedSize: number;
  /** Leaves up to the smaller of both. */
  readonly compared: number;
  readonly faults: readonly LeafFault[];
}

/** Thrown when there is nothing to compare with. */
export class LogNotReadable extends Error {
  readonly code = 'log_unreadable';
}

const CHECKPOINTS = 'SELECT size, root FROM checkpoints';

/** Leaves asked for at once: whole bundles, and no more events than fit in memory with ease. */
const LEAVES_AT_ONCE = 200 * TILE_WIDTH;

type Sql = Pick<AthenaQueries, 'run'>;

/** What queries show at one leaf, or the log has there. */
interface AtLeaf {
  /** The first checkpoint that covers it, by its name. */
  readonly checkpoint: string;
  /** All of the event, its data as a hash. */
  readonly event: string;
}

/**
 * Compares what queries show of the log with the log itself, leaf by leaf: that each leaf holds the event they show, that
 * they leave none out, and that they name the first checkpoint that covers it. The log's own soundness is the verifier's.
 *
 * @throws {LogNotReadable} when the log has no checkpoint that can be read, or lacks a file
 */
export async function checkLeaves(sql: Sql, source: LogSource): Promise<LeafCheck> {
  const { rows } = await sql.run(CHECKPOINTS, AUDIT_DATABASE);
  // Read after the query: a log that is being written is then the longer one.
  const logSize = await sizeOf(source);
  const known = rows
    .map(([size = '', root = '']) => ({ size: Number(size), name: headName(Number(size), root) }))
    .sort((left, right) => left.size - right.size);
  const queriedSize = known.at(-1)?.size ?? 0;
  const compared = Math.min(logSize, queriedSize);
  const faults: LeafFault[] = [];
  for (const { size, name } of known)
    if (size <= logSize && (await source.read(`checkpoints/${name}`)) === undefined)
      faults.push({ code: 'checkpoint_unknown', expected: 'a kept checkpoint', got: name });
  let covering = 0;
  for (let start = 0; start < compared; start += LEAVES_AT_ONCE) {
    const end = Math.min(start + LEAVES_AT_ONCE, compared);
    const shown = await shownLeaves(sql, `leaf_index >= ${start} AND leaf_index < ${end}`, faults);
    for await (const { index, event } of entriesOf(source, logSize, start, end)) {
      while ((known[covering]?.size ?? index + 1) <= index) covering += 1;
      const checkpoint = known[covering]?.name ?? '';
      faults.push(...leafFaults(index, { checkpoint, event }, shown.get(index)));
    }
  }
  // An older export ends where its checkpoint does, and says nothing about what later ones cover.
  const beyond = `leaf_index < 0 OR (leaf_index >= ${compared} AND checkpoint_size <= ${logSize})`;
  for (const [leaf, { event }] of await shownLeaves(sql, beyond, faults))
    faults.push({ code: 'leaf_beyond', leaf, expected: `${compared} leaves`, got: event });
  return { logSize, queriedSize, compared, faults };
}

/** What queries show at the leaves that fulfil a condition. Two events at one leaf are a fault. */
async function shownLeaves(sql: Sql, where: string, faults: LeafFault[]): Promise<ReadonlyMap<number, AtLeaf>> {
  const columns = `leaf_index, checkpoint_size, checkpoint_root, data, chain, seq, type, id, time, prev,
    COALESCE(agent, '') AS agent, ARRAY_JOIN(frameworkrefs, ' ') AS refs`;
  const { rows } = await sql.run(`SELECT ${columns} FROM events_in_log WHERE ${where}`, AUDIT_DATABASE);
  const leaves = new Map<number, AtLeaf>();
  for (const [index, size, root = '', data = '', ...members] of rows) {
    const leaf = Number(index);
    const event = described(members, parsedOrUndefined(data));
    const other = leaves.get(leaf);
    if (other !== undefined)
      faults.push({ code: 'leaf_repeated', leaf, expected: 'one event', got: `${other.event}, ${event}` });
    leaves.set(leaf, { checkpoint: headName(Number(size), root), event });
  }
  return leaves;
}

function leafFaults(leaf: number, expected: AtLeaf, shown: AtLeaf | undefined): readonly LeafFault[] {
  if (shown === undefined) return [{ code: 'leaf_missing', leaf, expected: expected.event, got: 'nothing' }];
  const faults: LeafFault[] = [];
  if (shown.event !== expected.event)
    faults.push({ code: 'leaf_differs', leaf, expected: expected.event, got: shown.event });
  if (shown.checkpoint !== expected.checkpoint)
    faults.push({ code: 'checkpoint_differs', leaf, expected: expected.checkpoint, got: shown.checkpoint });
  return faults;
}

async function sizeOf(source: LogSource): Promise<number> {
  const bytes = await source.read('checkpoint');
  const note = bytes === undefined ? undefined : parseNote(new TextDecoder().decode(bytes));
  const body = note?.ok === true ? parseCheckpointBody(note.value.text) : undefined;
  if (body?.ok !== true) throw new LogNotReadable('expected a checkpoint in the log, got none that can be read');
  return body.value.size;
}

/** The entries from `start`, where a bundle begins, up to `end` in a log of `size` leaves, as events. */
async function* entriesOf(source: LogSource, size: number, start: number, end: number) {
  for (let n = start / TILE_WIDTH; n * TILE_WIDTH < end; n += 1) {
    const width = Math.min(TILE_WIDTH, size - n * TILE_WIDTH);
    const { entries } = await readBundle((path) => source.read(path), { n, width });
    const decoded = entries === undefined ? undefined : decodeEntries(entries);
    if (decoded?.ok !== true || decoded.value.length !== width)
      throw new LogNotReadable(`expected ${width} entries in bundle ${n}, got others`);
    for (const [place, entry] of decoded.value.slice(0, end - n * TILE_WIDTH).entries()) {
      const parsed = parseEntry(entry);
      yield { index: n * TILE_WIDTH + place, event: parsed.ok ? describedEvent(parsed.value.event) : 'no event' };
    }
  }
}

function describedEvent(event: LedgerEvent): string {
  const { chain, seq, type, id, timeMs, prev, agentId = '', frameworkRefs, data } = event;
  const time = new Date(timeMs).toISOString();
  return described([chain, String(seq), type, id, time, prev, agentId, frameworkRefs.join(' ')], data);
}

/** Equal for equal events, however the data's JSON is spelled. */
function described(members: readonly (string | undefined)[], data: JsonValue | undefined): string {
  return `${members.join(' ')} data ${data === undefined ? 'unreadable' : sha256Hex(canonicalJson(data))}`;
}

function parsedOrUndefined(text: string): JsonValue | undefined {
  try {
    const value: JsonValue = JSON.parse(text);
    canonicalJson(value);
    return value;
  } catch {
    return undefined;
  }
}
