import { encodeEntries } from '../../core/ledger/log/entry-bundle.ts';
import type { LogFiles, Presented } from './auditor.ts';
import { insider, keyHolder } from './auditor.ts';
import type { LogRow } from './forged-log.ts';
import { rowsOf, treeFiles, withFiles, withoutHistory, writtenAgain } from './forged-log.ts';
import type { LogAttack } from './log-attack.ts';
import type { LogBench } from './log-bench.ts';
import type { LogWorld } from './log-world.ts';

/** The first bundle and tile, both full; the tile above them is partial. */
const BUNDLE = 'tile/entries/000';
const TILE = 'tile/0/000';
const HASH_BYTES = 32;

/** Attacks by whoever can write to the bucket: what is stored there is not what was signed. */
export function fileAttacks({ shared }: LogBench): readonly LogAttack[] {
  const files = shared.files();
  const rows = rowsOf(files);
  const shown = (changes: { readonly [path: string]: Uint8Array | undefined }): Presented => ({
    files: withFiles(files, changes),
    auditor: insider(shared),
  });
  const entries = rows.map(({ entry }) => entry);
  const first = (count: number, changed: readonly Uint8Array[]) => encodeEntries(changed.slice(0, count));
  const edited = entries.with(EDITED, otherResource(entries[EDITED]));
  const swapped = swappedAt(
    entries,
    rows.findIndex(({ chain }, index) => chain !== rows[index + 1]?.chain),
  );
  const deleted = treeFiles(entries.toSpliced(rows.findIndex(isHalt) + 1, 1)).files;
  const above = [...files.keys()].find((path) => path.startsWith('tile/1/')) ?? '';
  const honest = () => shown({});
  return [
    {
      name: 'row edited',
      caughtBy: ['C5', 'C4', 'C6', 'C11'],
      forged: () => shown({ [BUNDLE]: first(256, edited) }),
      honest,
    },
    {
      name: 'row and its hash edited',
      caughtBy: ['C6', 'C4', 'C11'],
      forged: () => shown({ [BUNDLE]: first(256, edited), [TILE]: treeFiles(edited).files.get(TILE) }),
      honest: () => ({ files: bucketFiles(shared), auditor: insider(shared) }),
    },
    {
      name: 'row deleted, the others moved up',
      caughtBy: ['C5', 'C4', 'C6', 'C10', 'C11'],
      forged: () => ({ files: moved(files, deleted), auditor: insider(shared) }),
      honest: () => grownMeanwhile(shared),
    },
    {
      name: 'two rows and their hashes swapped',
      caughtBy: ['C6'],
      // Who knows the key alone has no other checkpoint to hold the rows against.
      forged: () => ({
        files: withFiles(withoutHistory(files), Object.fromEntries(treeFiles(swapped).files)),
        auditor: keyHolder(shared),
      }),
      honest: () => ({ files: writtenAgain(shared, rows, [rows.length]), auditor: keyHolder(shared) }),
    },
    {
      name: 'hash of a row edited, the row left',
      caughtBy: ['C5'],
      forged: () => shown({ [TILE]: flipped(files.get(TILE), EDITED * HASH_BYTES) }),
      honest,
    },
    {
      name: 'file put beside the tiles',
      caughtBy: ['C5'],
      forged: () => shown({ 'tile/0/001.p/27': new Uint8Array(27 * HASH_BYTES) }),
      honest: () => shown({ 'notes.txt': new Uint8Array(1) }),
    },
    {
      name: 'partial tile of an earlier size edited',
      caughtBy: ['C5'],
      forged: () => {
        const bucket = bucketFiles(shared);
        const partial = [...bucket.keys()].find((path) => path.startsWith('tile/0/000.p/')) ?? '';
        return { files: withFiles(bucket, { [partial]: flipped(bucket.get(partial), 0) }), auditor: insider(shared) };
      },
      honest: () => ({ files: bucketFiles(shared), auditor: insider(shared) }),
    },
    {
      name: 'tile above the rows taken away',
      caughtBy: ['C6'],
      forged: () => shown({ [above]: undefined }),
      honest,
    },
    {
      name: 'hash above the rows edited',
      caughtBy: ['C6'],
      forged: () => shown({ [above]: flipped(files.get(above), 0) }),
      honest,
    },
  ];
}

const EDITED = 30;

const isHalt = ({ type }: LogRow) => type === 'control.agent_halted';

/** The files of a tree one row smaller under the names that the checkpoint's size asks for. */
function moved(files: LogFiles, smaller: LogFiles): LogFiles {
  const stem = (path: string) => path.replace(/\.p\/\d+$/, '');
  const bytesOf = new Map([...smaller].map(([path, bytes]) => [stem(path), bytes]));
  return new Map([...files].map(([path, bytes]) => [path, bytesOf.get(stem(path)) ?? bytes]));
}

/** The bucket itself, which keeps partial tiles of earlier sizes. */
function bucketFiles(world: LogWorld): LogFiles {
  const kept = [...world.objects].filter(([path]) => !path.startsWith('staging/'));
  return new Map([...kept, ...world.files()]);
}

/** A log that grew while it was read: tiles that were partial then are full now. */
function grownMeanwhile(world: LogWorld): Presented {
  const files = world.files();
  const kept = [...files.keys()].filter((path) => /^checkpoints\/.*[0-9a-f]$/.test(path)).sort();
  const earlier = files.get(kept.at(-2) ?? '');
  const auditor = { ...insider(world), isLive: true, witnessViews: [], maxAgeSeconds: 600 };
  return { files: withFiles(files, { checkpoint: earlier }), auditor };
}

/** The same row about another account. */
function otherResource(entry: Uint8Array = new Uint8Array()): Uint8Array {
  const text = new TextDecoder().decode(entry);
  const other = text.replace('account/p1_5b', 'account/p1_5c');
  if (other === text) throw new Error('expected a row about an account');
  return new TextEncoder().encode(other);
}

function swappedAt(entries: readonly Uint8Array[], index: number): readonly Uint8Array[] {
  const [left, right] = [entries[index], entries[index + 1]];
  if (left === undefined || right === undefined) throw new Error('expected two rows');
  return entries.with(index, right).with(index + 1, left);
}

function flipped(bytes: Uint8Array | undefined, offset: number): Uint8Array {
  const changed = new Uint8Array(bytes ?? []);
  changed[offset] = (changed[offset] ?? 0) ^ 1;
  return changed;
}
