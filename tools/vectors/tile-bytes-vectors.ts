import { leavesOf } from './merkle-vectors.ts';
import { rootOf } from './reference-tree.ts';
import { base64, flipped } from './text-damage.ts';
import type { Vector, VectorFile } from './vector-file.ts';
import { accepted, refusal } from './vector-file.ts';

const WIDTH = 256;
const HASH_BYTES = 32;

/** Tiles of hashes, byte for byte. */
export function tileVectors(): VectorFile {
  const about =
    'Whether `tile` (base64) is the file at `path` of a tree of `size` leaves, whose entry number i is the text `entry i`.';
  return { kind: 'tile', about, vectors: [...goodTiles(), ...wrongBytes(), ...wrongHashes(), ...wrongPlaces()] };
}

/** The hashes of one tile, RFC 9162 and nothing else. */
function tileOf(level: 0 | 1, n: number, size: number, word = 'entry'): readonly Uint8Array[] {
  const leaves = leavesOf(size, word);
  const hashes =
    level === 0
      ? leaves
      : Array.from({ length: Math.floor(size / WIDTH) }, (_, at) => rootOf(leaves.slice(at * WIDTH, (at + 1) * WIDTH)));
  return hashes.slice(n * WIDTH, (n + 1) * WIDTH);
}

const input = (size: number, path: string, hashes: readonly Uint8Array[]) => ({
  size,
  path,
  tile: base64(Buffer.concat(hashes)),
});

function goodTiles(): readonly Vector[] {
  const good = (path: string, level: 0 | 1, n: number, size: number) =>
    accepted(`${path} of ${size}`, input(size, path, tileOf(level, n, size)));
  return [
    good('tile/0/000.p/1', 0, 0, 1),
    good('tile/0/000.p/7', 0, 0, 7),
    good('tile/0/000', 0, 0, 256),
    good('tile/1/000.p/1', 1, 0, 256),
    good('tile/0/001.p/1', 0, 1, 257),
    good('tile/1/000.p/1', 1, 0, 511),
    good('tile/1/000.p/5', 1, 0, 1_300),
    good('tile/0/005.p/20', 0, 5, 1_300),
  ];
}

const wrong = (name: string, size: number, path: string, hashes: readonly Uint8Array[]) =>
  refusal(name, input(size, path, hashes), 'tile_differs');

function wrongBytes(): readonly Vector[] {
  const hashes = tileOf(0, 0, 7);
  const bytes = Buffer.concat(hashes);
  const whole = (name: string, changed: Uint8Array) => wrong(name, 7, 'tile/0/000.p/7', [changed]);
  return [
    whole('nothing', new Uint8Array()),
    whole('a byte less', bytes.subarray(0, -1)),
    whole('a byte more', Buffer.concat([bytes, Buffer.of(0)])),
    whole('a byte more in front', Buffer.concat([Buffer.of(0), bytes])),
    whole('a hash less', bytes.subarray(0, -HASH_BYTES)),
    whole('the first hash left out', bytes.subarray(HASH_BYTES)),
    whole('filled up with zeros', Buffer.concat([bytes, Buffer.alloc((WIDTH - 7) * HASH_BYTES)])),
    whole('in hexadecimal', Buffer.from(bytes.toString('hex'))),
    ...[0, 255, 256, 1_000, 1_791].map((bit) => whole(`bit ${bit}`, flipped(bytes, bit))),
  ];
}

function wrongHashes(): readonly Vector[] {
  const hashes = tileOf(0, 0, 7);
  const [first, second, ...others] = hashes;
  if (first === undefined || second === undefined) return [];
  const of = (name: string, changed: readonly Uint8Array[]) => wrong(name, 7, 'tile/0/000.p/7', changed);
  const above = tileOf(1, 0, 1_300);
  const ofAbove = (name: string, changed: readonly Uint8Array[]) => wrong(name, 1_300, 'tile/1/000.p/5', changed);
  const partial = rootOf(leavesOf(1_300).slice(5 * WIDTH));
  return [
    of('two hashes exchanged', [second, first, ...others]),
    of('backwards', hashes.toReversed()),
    of('a hash twice, another left out', [first, first, ...others]),
    of('leaves of another tree', tileOf(0, 0, 7, 'other')),
    of('a node in place of its leaves', [rootOf([first, second]), ...others]),
    ofAbove('level 1: a root over a bundle that is not full', [...above, partial]),
    ofAbove('level 1: without its last hash', above.slice(0, -1)),
    ofAbove('level 1: leaf hashes', tileOf(0, 0, 1_300).slice(0, 5)),
    ofAbove('level 1: two hashes exchanged', above.toSpliced(1, 2, ...above.slice(1, 3).toReversed())),
    ofAbove('level 1: of another tree', tileOf(1, 0, 1_300, 'other')),
  ];
}

function wrongPlaces(): readonly Vector[] {
  const at = (path: string, level: 0 | 1, n: number, size: number) =>
    wrong(`${path} in a tree of ${size}`, size, path, tileOf(level, n, size));
  return [
    at('tile/0/000.p/6', 0, 0, 7),
    at('tile/0/000.p/8', 0, 0, 7),
    at('tile/0/000', 0, 0, 7),
    at('tile/0/001', 0, 0, 7),
    at('tile/1/000.p/7', 0, 0, 7),
    at('tile/entries/000.p/7', 0, 0, 7),
    at('tile/0/0.p/7', 0, 0, 7),
    at('tile/0/000.p/256', 0, 0, 256),
    at('tile/1/000.p/2', 1, 0, 511),
    at('tile/1/000', 1, 0, 1_300),
    at('tile/1/001.p/5', 1, 0, 1_300),
    wrong('the tile before', 1_300, 'tile/0/005.p/20', tileOf(0, 4, 1_300).slice(0, 20)),
    wrong('the same width of a tree that grew elsewhere', 257, 'tile/0/001.p/1', tileOf(0, 0, 1)),
  ];
}
