import { checkpointFormat } from '../../core/ledger/log/checkpoint-format.ts';
import { decodeEntries } from '../../core/ledger/log/entry-bundle.ts';
import { appendEntries, EMPTY_EDGE } from '../../core/ledger/log/tree-edge.ts';
import { parseEntry } from '../../core/ledger/statement.ts';
import type { LogFiles } from './auditor.ts';
import { ChainWriter, writeRounds } from './chain-writer.ts';
import type { LogWitness } from './log-parties.ts';
import { LOG_ORIGIN } from './log-parties.ts';
import type { LogWorld } from './log-world.ts';
import type { SigningKey } from './signing-key.ts';

/** A row of a log: its bytes, and what they say. */
export interface LogRow {
  readonly entry: Uint8Array;
  readonly chain: string;
  readonly type: string;
  readonly timeMs: number;
}

/** A log's rows in order. */
export function rowsOf(files: LogFiles): readonly LogRow[] {
  const bundles = [...files.keys()].filter((path) => path.startsWith('tile/entries/')).sort();
  return bundles.flatMap((path) => {
    const entries = decodeEntries(files.get(path) ?? new Uint8Array());
    if (!entries.ok) throw new Error(`expected entries in \`${path}\``);
    return entries.value.map((entry) => {
      const parsed = parseEntry(entry);
      if (!parsed.ok) throw new Error(`expected an event, got another \`${parsed.problem.check}\``);
      const { chain, type, timeMs } = parsed.value.event;
      return { entry: new Uint8Array(entry), chain, type, timeMs };
    });
  });
}

/** The tiles and bundles of these entries. */
export function treeFiles(entries: readonly Uint8Array[]): { readonly root: Uint8Array; readonly files: LogFiles } {
  const { root, files } = appendEntries(EMPTY_EDGE, entries);
  return { root, files: new Map(files.map(({ path, bytes }) => [path, new Uint8Array(bytes)])) };
}

/** Who signs a forged log. */
export interface Forger {
  /** The log's own key when absent: it was stolen, or its owner forges. */
  readonly log?: SigningKey;
  /** Witnesses that sign whatever they are given. */
  readonly colluding?: readonly LogWitness[];
  /** True when the time authority, which stamps anything, was asked. */
  readonly isStamped?: boolean;
  /** By how much later than they are signed the checkpoints say they are. */
  readonly postDatedSeconds?: number;
}

/** A checkpoint's signed note. */
export function signedNote(
  { parties }: LogWorld,
  tree: { readonly size: number; readonly root: Uint8Array; readonly timeSeconds: number },
  { log = parties.log, colluding = [] }: Forger = {},
): Uint8Array {
  const format = checkpointFormat(LOG_ORIGIN, [log.publicKey]);
  const body = format.body(tree.size, Buffer.from(tree.root).toString('hex'));
  const timedSignature = log.sign(format.timedMessage(body, tree.timeSeconds));
  const signed = { publicKey: log.publicKey, signature: log.sign(body), timedSignature };
  const note = format.note(body, tree.timeSeconds, [signed]);
  if (note === undefined) throw new Error('expected a note that verifies');
  const text = new TextDecoder().decode(body);
  return format.addLines(
    note,
    colluding.map(({ key }) => key.cosign(text, tree.timeSeconds)),
  );
}

/** A log of these rows with a checkpoint at each size, as a forger writes it: nobody is asked who would refuse. */
export function writtenAgain(
  world: LogWorld,
  rows: readonly Pick<LogRow, 'entry' | 'timeMs'>[],
  sizes: readonly number[],
  forger: Forger = {},
): Map<string, Uint8Array> {
  const entries = rows.map(({ entry }) => entry);
  const files = new Map<string, Uint8Array>(treeFiles(entries).files);
  for (const size of sizes) {
    const { root } = treeFiles(entries.slice(0, size));
    const latestMs = Math.max(...rows.slice(0, size).map(({ timeMs }) => timeMs));
    const timeSeconds = Math.ceil(latestMs / 1_000) + 1;
    const stated = timeSeconds + (forger.postDatedSeconds ?? 0);
    const note = signedNote(world, { size, root, timeSeconds: stated }, forger);
    const path = keptPath(size, root);
    files.set(path, note).set('checkpoint', note);
    if (forger.isStamped === true) files.set(`${path}.tsr`, world.parties.stamp(note, timeSeconds * 1_000));
  }
  return files;
}

/** Rows of the same chains about other actions. */
export function otherRows(count: number): readonly Pick<LogRow, 'entry' | 'timeMs'>[] {
  const writer = new ChainWriter();
  writeRounds(writer, Math.ceil(count / 4), 'other');
  return writer.events.slice(0, count);
}

/** Where a checkpoint is kept. */
function keptPath(size: number, root: Uint8Array): string {
  return `checkpoints/${String(size).padStart(16, '0')}-${Buffer.from(root).toString('hex')}`;
}

/** A copy of files with some of them changed; undefined takes one away. */
export function withFiles(
  files: LogFiles,
  changes: { readonly [path: string]: Uint8Array | undefined },
): Map<string, Uint8Array> {
  const changed = new Map<string, Uint8Array>([...files].map(([path, bytes]) => [path, bytes.slice()]));
  for (const [path, bytes] of Object.entries(changes)) {
    if (bytes === undefined) changed.delete(path);
    else changed.set(path, bytes);
  }
  return changed;
}

/** What is left when a log shows the latest checkpoint alone, and no timestamp of it. */
export function withoutHistory(files: LogFiles): LogFiles {
  return new Map([...files].filter(([path]) => !path.startsWith('checkpoints/')));
}
