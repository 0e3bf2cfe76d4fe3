import { dayOf } from '../../budget/caps.ts';
import { canonicalJson } from '../canonical.ts';
import { EntryScan } from '../log-verify/entry-scan.ts';
import { parseEntry } from '../statement.ts';
import { decodeEntries } from './entry-bundle.ts';
import { parseNote } from './note.ts';
import type { LogFile, PublishedHead } from './ports.ts';
import { headName } from './sequence-staging.ts';
import { parseLogPath, TILE_WIDTH } from './tile-path.ts';

/** Consecutive events of one chain and one UTC date, and their leaves. */
interface LeafRange {
  readonly date: string;
  readonly chain: string;
  readonly firstSeq: number;
  readonly firstIndex: number;
  readonly leaves: number;
}

/** Where the projection is, inside the log's bucket. Nothing below it is part of the log. */
export const PROJECTION_PREFIX = 'projection/';
/** A line for each checkpoint, by the date of the checkpoint. */
export const PROJECTED_CHECKPOINTS = `${PROJECTION_PREFIX}checkpoints/`;
/** A line for each range of leaves, by the date of its events. */
export const PROJECTED_RANGES = `${PROJECTION_PREFIX}ranges/`;

/**
 * What SQL reads of a checkpoint: which of the log's leaves are new in it, and which events they hold. It is made of the
 * published files alone, so that anybody can make it again, and it proves nothing: a verifier reads the files.
 *
 * @returns replaceable files of JSON lines, the same for the same checkpoint however often it is published
 */
export function projectHead(head: PublishedHead): readonly LogFile[] {
  const { size, rootHex, timeSeconds, previousSize } = head;
  const time = new Date(timeSeconds * 1_000).toISOString();
  const checkpoint = { size, root: rootHex, time, first_index: previousSize, leaf_count: size - previousSize };
  const { origin, cosigners } = signersOf(head.note);
  const name = `${headName(size, rootHex)}.jsonl`;
  const ranges = Map.groupBy(newRanges(head), ({ date }) => date);
  return [
    {
      path: `${PROJECTED_CHECKPOINTS}dt=${dayOf(timeSeconds * 1_000)}/${name}`,
      bytes: lines([{ ...checkpoint, origin, cosigners: cosigners.length, cosigner_names: cosigners }]),
      full: false,
    },
    ...[...ranges].map(([date, some]) => ({
      path: `${PROJECTED_RANGES}dt=${date}/${name}`,
      bytes: lines(
        some.map(({ chain, firstSeq, firstIndex, leaves }) => {
          return { chain, first_seq: firstSeq, first_index: firstIndex, leaf_count: leaves, size, root: rootHex, time };
        }),
      ),
      full: false,
    })),
  ];
}

/** The checkpoint's ranges of new leaves, in the order of the leaves. An entry that holds no event is left out. */
function newRanges({ files, previousSize }: PublishedHead): readonly LeafRange[] {
  const ranges: LeafRange[] = [];
  for (const { firstIndex, bytes, entries } of bundlesOf(files)) {
    const scan = new EntryScan(bytes);
    for (const [place, entry] of entries.entries()) {
      const index = firstIndex + place;
      const event = index < previousSize ? undefined : placeOf(scan, entry, entry.byteOffset - bytes.byteOffset);
      if (event === undefined) continue;
      const { chain, seq, timeMs } = event;
      const date = dayOf(timeMs);
      const last = ranges.at(-1);
      if (last !== undefined && goesOn(last, { date, chain, firstSeq: seq, firstIndex: index }))
        ranges[ranges.length - 1] = { ...last, leaves: last.leaves + 1 };
      else ranges.push({ date, chain, firstSeq: seq, firstIndex: index, leaves: 1 });
    }
  }
  return ranges;
}

/** An entry's event, found without parsing where that is enough; undefined when it holds none. */
function placeOf(
  scan: EntryScan,
  entry: Uint8Array,
  start: number,
): Pick<EntryScan, 'chain' | 'seq' | 'timeMs'> | undefined {
  if (scan.scan(start, start + entry.length)) return scan;
  const parsed = parseEntry(entry);
  return parsed.ok ? parsed.value.event : undefined;
}

function goesOn(range: LeafRange, next: Omit<LeafRange, 'leaves'>): boolean {
  return (
    next.date === range.date &&
    next.chain === range.chain &&
    next.firstSeq === range.firstSeq + range.leaves &&
    next.firstIndex === range.firstIndex + range.leaves
  );
}

/** Bundles by their first leaf. A bundle is there once: partial ones of earlier sizes are not among a head's files. */
function bundlesOf(files: readonly LogFile[]) {
  return files
    .flatMap(({ path, bytes }) => {
      const parsed = parseLogPath(path);
      const entries = parsed?.kind === 'entries' ? decodeEntries(bytes) : undefined;
      return parsed !== undefined && entries?.ok === true
        ? [{ firstIndex: parsed.n * TILE_WIDTH, bytes, entries: entries.value }]
        : [];
    })
    .sort((left, right) => left.firstIndex - right.firstIndex);
}

/** Names on the note besides the log's own. Nothing is verified here. */
function signersOf(note: Uint8Array): { readonly origin: string; readonly cosigners: readonly string[] } {
  const parsed = parseNote(new TextDecoder().decode(note));
  if (!parsed.ok) return { origin: '', cosigners: [] };
  const [origin = ''] = parsed.value.text.split('\n');
  const names = new Set(parsed.value.signatures.map(({ name }) => name));
  names.delete(origin);
  return { origin, cosigners: [...names].sort() };
}

function lines(objects: readonly Parameters<typeof canonicalJson>[0][]): Uint8Array {
  return new TextEncoder().encode(objects.map((object) => `${canonicalJson(object)}\n`).join(''));
}
