import { canonicalJson } from '../core/ledger/canonical.ts';
import type { ChainedEvent } from '../core/ledger/event.ts';
import { agentChain, chainEvent, emptyChain } from '../core/ledger/event.ts';
import type { ChainHeads } from '../core/ledger/heads.ts';
import { segmentKey } from '../core/ledger/segment-key.ts';
import { verifyArchive } from '../core/ledger/verify.ts';

/** One line of a segment: an event's bytes. */
export type Lines = readonly Uint8Array[];

/** An archive's objects by key. */
export type Archive = ReadonlyMap<string, Lines>;

const START_MS = Date.UTC(2026, 10, 20, 9);
const DATE = '2026-11-20';

/** The agents whose chains are archived. */
export const ALPHA = agentChain('111122223333:countersign-agent-alpha');
export const BETA = agentChain('111122223333:countersign-agent-beta');
const EVENTS = 6;

/** How a chain's events are written. */
export interface Writing {
  readonly chain?: string;
  readonly count?: number;
  /** What every event says, so that a chain can be written again otherwise. */
  readonly reason?: string;
  /** Milliseconds from one event to the next; negative for time that runs backwards. */
  readonly stepMs?: number;
  /** First of the event's ids, so that ids repeat only where they are meant to. */
  readonly firstId?: number;
}

/** A chain's events, each naming the one before. */
export function events(writing: Writing = {}): readonly ChainedEvent[] {
  const { chain = ALPHA, count = EVENTS, reason = 'as asked', stepMs = 1_000 } = writing;
  const firstId = writing.firstId ?? (chain === ALPHA ? 0 : 1_000);
  const written: ChainedEvent[] = [];
  for (let index = 0; index < count; index += 1) {
    const last = written.at(-1);
    // Without the last time, a writer whose clock runs backwards is not corrected.
    const position =
      last === undefined ? emptyChain(chain) : { nextSeq: last.seq + 1, prevHash: last.hash, lastTimeMs: 0 };
    const draft = { type: 'action.cancelled' as const, frameworkRefs: ['AIR-SEC-024'], data: { reason, index } };
    const id = `01J${String(firstId + index).padStart(23, '0')}`;
    written.push(chainEvent(chain, position, draft, id, START_MS + index * stepMs));
  }
  return written;
}

/** The bytes of events, in order. */
export function linesOf(written: readonly ChainedEvent[]): Lines {
  return written.map(({ bytes }) => bytes);
}

/** The name of the object in which a chain's segment is archived. */
export function keyOf(chain: string, firstSeq = 0): string {
  return segmentKey(chain, DATE, firstSeq);
}

/** What was archived of the two chains: alpha in two segments, beta in one. */
export function honestArchive(): Archive {
  const alpha = linesOf(events());
  return new Map([
    [keyOf(ALPHA), alpha.slice(0, 4)],
    [keyOf(ALPHA, 4), alpha.slice(4)],
    [keyOf(BETA), linesOf(events({ chain: BETA }))],
  ]);
}

/** The heads of both chains, as somebody noted them elsewhere. */
export function notedHeads(): ChainHeads {
  return new Map([ALPHA, BETA].map((chain) => [chain, headOf(events({ chain }))]));
}

function headOf(written: readonly ChainedEvent[]) {
  const last = written.at(-1);
  return { nextSeq: written.length, hash: last?.hash ?? '' };
}

/** The same archive with some objects changed; undefined takes one away. */
export function withObjects(changes: { readonly [key: string]: Lines | undefined }): Archive {
  const archive = new Map(honestArchive());
  for (const [key, lines] of Object.entries(changes)) {
    if (lines === undefined) archive.delete(key);
    else archive.set(key, lines);
  }
  return archive;
}

/** An event's bytes with another text in them. */
export function edited(bytes: Uint8Array | undefined, from: string, to: string): Uint8Array {
  const text = new TextDecoder().decode(bytes);
  if (!text.includes(from)) throw new Error(`expected an event with \`${from}\``);
  return new TextEncoder().encode(text.replace(from, to));
}

/** An event's bytes with other members, canonical again. */
export function relabelled(bytes: Uint8Array | undefined, members: object): Uint8Array {
  const event = JSON.parse(new TextDecoder().decode(bytes));
  return new TextEncoder().encode(canonicalJson({ ...event, ...members }));
}

/** The checks that an archive fails. */
export async function failedChecks(archive: Archive, heads?: ChainHeads): Promise<readonly string[]> {
  const source = {
    async *listKeys() {
      yield* archive.keys();
    },
    async *read(key: string) {
      for (const line of archive.get(key) ?? []) {
        yield line;
        yield new Uint8Array([0x0a]);
      }
    },
  };
  const { failures } = await verifyArchive(source, heads === undefined ? {} : { heads });
  return failures.map(({ check }) => check);
}
