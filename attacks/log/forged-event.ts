import type { JsonObject } from '../../core/json.ts';
import { canonicalJson } from '../../core/ledger/canonical.ts';
import type { ChainedEvent, ChainPosition, EventDraft } from '../../core/ledger/event.ts';
import { chainEvent, emptyChain } from '../../core/ledger/event.ts';
import { leafHash } from '../../core/ledger/hash.ts';
import { formatLogHeads } from '../../core/ledger/log-verify/log-heads.ts';
import { parseEvent } from '../../core/ledger/parse-event.ts';
import { entryBytes, statementSubject } from '../../core/ledger/statement.ts';
import { ulidOf } from './chain-writer.ts';
import type { LogWorld } from './log-world.ts';

/** Where a chain of a log stands. */
export function tailOf(world: LogWorld, chain: string): ChainPosition {
  const last = world.writer.events.findLast((event) => event.chain === chain);
  if (last === undefined) return emptyChain(chain);
  return { nextSeq: last.seq + 1, prevHash: last.hash, lastTimeMs: last.timeMs };
}

/** How an event is to differ from an honest one. */
export interface Forgery {
  readonly position?: Partial<ChainPosition>;
  readonly draft?: Partial<EventDraft>;
  readonly id?: string;
  readonly timeMs?: number;
}

let forged = 0;

/** What nobody minds in a chain: an event that holds nothing and gives nothing back. */
export const IDLE_DRAFT: EventDraft = {
  type: 'session.closed',
  frameworkRefs: ['AIR-SEC-024'],
  data: { session: `p1_${'77'.repeat(16)}` },
};

/** An event at the end of a chain, one second after the log's last; honest but for what the forgery says. */
export function eventAfter(world: LogWorld, chain: string, forgery: Forgery = {}): ChainedEvent {
  forged += 1;
  const timeMs = forgery.timeMs ?? world.writer.nowMs + 1_000;
  const id = forgery.id ?? ulidOf(timeMs, 1_000_000 + forged);
  const position = { ...tailOf(world, chain), ...forgery.position };
  return chainEvent(chain, position, { ...IDLE_DRAFT, ...forgery.draft }, id, timeMs);
}

/** An event's entry with other members, canonical again. */
export function relabelled({ bytes }: Pick<ChainedEvent, 'bytes'>, members: JsonObject): Uint8Array {
  const event: JsonObject = JSON.parse(new TextDecoder().decode(bytes));
  const relabelledBytes = new TextEncoder().encode(canonicalJson({ ...event, ...members }));
  const parsed = parseEvent(relabelledBytes);
  if (!parsed.ok) throw new Error(`expected an event, got another \`${parsed.problem.check}\``);
  return entryBytes(relabelledBytes, statementSubject(parsed.value));
}

/** An event's entry with another text in it, in whatever form that is. */
export function respelled({ entry }: Pick<ChainedEvent, 'entry'>, from: string, to: string): Uint8Array {
  const text = new TextDecoder().decode(entry);
  if (!text.includes(from)) throw new Error(`expected an entry with \`${from}\``);
  return new TextEncoder().encode(text.replace(from, to));
}

/** What is told to be a chain's next row. */
export interface Smuggled {
  readonly chain: string;
  readonly seq: number;
  readonly timeMs: number;
  readonly entry: Uint8Array;
}

/**
 * Has the app's own sequencer take in an entry and publish it, cosigned and stamped: whoever holds the ledger table says
 * that it is the chain's next row, whatever it is. The state table's head is made to fit. Gives the log's files.
 */
export async function smuggled(
  world: LogWorld,
  { chain, seq, timeMs, entry }: Smuggled,
): Promise<Map<string, Uint8Array>> {
  world.writer.nowMs += 1_000;
  // What was written honestly is taken in first, so that the sequencer need not ask for it.
  await world.publish();
  const { nextSeq, prevHash } = tailOf(world, chain);
  const hash = leafHash(entry);
  const date = new Date(timeMs).toISOString().slice(0, 10);
  await world.publish([{ chain, seq: nextSeq, prev: prevHash, hash, timeMs, date, bytes: entry, entry }]);
  const heads = new Map(world.writer.events.map((event) => [event.chain, { seq: event.seq, hash: event.hash }]));
  const files = world.files();
  return files.set('heads.json', new TextEncoder().encode(formatLogHeads(heads.set(chain, { seq, hash }))));
}
