import type { ChainedEvent, ChainPosition, EventDraft } from '../../../core/ledger/event.ts';
import { chainEvent, emptyChain } from '../../../core/ledger/event.ts';
import type { ChainHeads } from '../../../core/ledger/heads.ts';
import type { LedgerRow } from '../../../core/ledger/ledger-row.ts';
import { ledgerRow } from '../../../core/ledger/ledger-row.ts';
import { planSegments, segmentBytes } from '../../../core/ledger/segment.ts';
import type { ArchiveSource } from '../../../core/ledger/verify.ts';

/** 2026-11-20T23:59:58Z: two seconds before a UTC date changes. */
export const LOG_START_MS = Date.UTC(2026, 10, 20, 23, 59, 58);

export const AGENT_CHAIN = 'agent/111122223333:countersign-agent-teller';

const DRAFT: EventDraft = { type: 'action.decided', frameworkRefs: ['AIR-SEC-024'], data: { actionId: 'act_1' } };

let nextId = 0;

/** An id no other event of this test process has. */
export function freshId(): string {
  nextId += 1;
  return `01TEST${String(nextId).padStart(20, '0')}`;
}

/** A chain with one event per draft, each `stepMs` after the one before. */
export function sampleChain(chain: string, drafts: readonly Partial<EventDraft>[], stepMs = 1_000): ChainedEvent[] {
  let position: ChainPosition = emptyChain(chain);
  return drafts.map((draft, index) => {
    const event = chainEvent(chain, position, { ...DRAFT, ...draft }, freshId(), LOG_START_MS + index * stepMs);
    position = { nextSeq: event.seq + 1, prevHash: event.hash, lastTimeMs: event.timeMs };
    return event;
  });
}

/** A chain of `count` like events. */
export function plainChain(chain: string, count: number): ChainedEvent[] {
  return sampleChain(
    chain,
    Array.from({ length: count }, (_, index) => ({ data: { actionId: `act_${index}` } })),
  );
}

export function rowsOf(events: readonly ChainedEvent[]): LedgerRow[] {
  return events.map((event) => ledgerRow(event.chain, event.seq, event.bytes));
}

/** The archive's objects for these chains. */
export function archiveOf(chains: readonly (readonly ChainedEvent[])[], maxRows = 3): Map<string, Uint8Array> {
  const objects = new Map<string, Uint8Array>();
  for (const events of chains) {
    const chain = events[0]?.chain ?? '';
    const plan = planSegments(chain, 0, rowsOf(events), { maxRows, maxBytes: 1_000_000 });
    for (const segment of plan.segments) objects.set(segment.key, segmentBytes(segment));
  }
  return objects;
}

export function headsOf(chains: readonly (readonly ChainedEvent[])[]): ChainHeads {
  return new Map(
    chains.flatMap((events) => {
      const last = events.at(-1);
      return last === undefined ? [] : [[last.chain, { nextSeq: last.seq + 1, hash: last.hash }] as const];
    }),
  );
}

/** Objects served in chunks of `chunkBytes`, so that lines cross chunk borders. */
export function sourceOf(objects: ReadonlyMap<string, Uint8Array>, chunkBytes = 97): ArchiveSource {
  return {
    async *listKeys() {
      yield* objects.keys();
    },
    async *read(key) {
      const bytes = objects.get(key) ?? new Uint8Array();
      for (let start = 0; start < bytes.length; start += chunkBytes) yield bytes.subarray(start, start + chunkBytes);
    },
  };
}
