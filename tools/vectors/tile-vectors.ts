import { createHash } from 'node:crypto';
import type { JsonObject } from '../../core/json.ts';
import { base64 } from './text-damage.ts';
import type { Vector, VectorFile } from './vector-file.ts';
import { accepted, refusal } from './vector-file.ts';

/** Paths of tiles and bundles. */
export function tilePathVectors(): VectorFile {
  const about =
    'Reading the path of a tile of hashes or of a bundle of entries. Accepted: what it is; `width` is 256 when it is full.';
  const hash = (path: string, level: number, n: number, width = 256) =>
    accepted(path, { path }, { kind: 'hash', level, n, width });
  const entries = (path: string, n: number, width = 256) => accepted(path, { path }, { kind: 'entries', n, width });
  const good = [
    hash('tile/0/000', 0, 0),
    hash('tile/0/999', 0, 999),
    hash('tile/0/x001/000', 0, 1_000),
    hash('tile/0/x001/x234/067', 0, 1_234_067),
    hash('tile/0/x999/x999/999.p/255', 0, 999_999_999, 255),
    hash('tile/1/000.p/1', 1, 0, 1),
    hash('tile/9/000', 9, 0),
    hash('tile/10/000', 10, 0),
    hash('tile/63/000.p/1', 63, 0, 1),
    entries('tile/entries/000', 0),
    entries('tile/entries/000.p/112', 0, 112),
    entries('tile/entries/x001/x234/067', 1_234_067),
    entries('tile/entries/x001/000.p/10', 1_000, 10),
  ];
  return { kind: 'tile-path', about, vectors: [...good, ...WRONG_PATHS.map(refusedPath)] };
}

const WRONG_PATHS = [
  '',
  'tile',
  'tile/0',
  'tile/0/',
  '/tile/0/000',
  'tile/0/000/',
  'tile//0/000',
  'tile/0/0',
  'tile/0/00',
  'tile/0/0000',
  'tile/0/1000',
  'tile/0/x000/000',
  'tile/0/x000/x001/000',
  'tile/0/001/000',
  'tile/0/x001/x000',
  'tile/0/X001/000',
  'tile/0/x01/000',
  'tile/00/000',
  'tile/01/000',
  'tile/-1/000',
  'tile/+1/000',
  'tile/64/000',
  'tile/99/000',
  'tile/1.0/000',
  'tile/data/000',
  'tile/Entries/000',
  'tile/8/0/000',
  'tile/0/000.p',
  'tile/0/000.p/',
  'tile/0/000.p/0',
  'tile/0/000.p/256',
  'tile/0/000.p/999',
  'tile/0/000.p/01',
  'tile/0/000.p/-1',
  'tile/0/000.p/1/',
  'tile/0/000.p/1.gz',
  'tile/0/000.P/1',
  'tile/0/000/p/1',
  'tile/0/000 ',
  ' tile/0/000',
  'tile/0/000\n',
  'tile/0/../0/000',
  'tile/0/٠٠٠',
  'tile/0/x999/x999/x999/x999/x999/999',
  'tile/entries/0',
  'tile/entries/000.p/256',
  'tile/entries/x000/001',
  'tile/entries/',
  'entries/000',
  'checkpoint',
];

function refusedPath(path: string): Vector {
  return refusal(`not ${JSON.stringify(path)}`, { path }, 'log_path_unknown');
}

const TRUNCATED = 'entry_bundle_truncated';

/** Bundles of entries. */
export function entryBundleVectors(): VectorFile {
  const about =
    'Reading a bundle of entries (base64). Accepted: the SHA-256 of each entry in hexadecimal, without any prefix, in order.';
  return { kind: 'entry-bundle', about, vectors: [...goodBundles(), ...wrongBundles()] };
}

function bundle(...entries: readonly Uint8Array[]): Uint8Array {
  const parts = entries.flatMap((entry) => [Buffer.of(entry.length >> 8, entry.length & 0xff), entry]);
  return Buffer.concat(parts);
}

const text = (value: string): Uint8Array => Buffer.from(value);
const input = (bytes: Uint8Array): JsonObject => ({ bundle: base64(bytes) });

function goodBundles(): readonly Vector[] {
  const good = (name: string, entries: readonly Uint8Array[]) => {
    const hashes = entries.map((entry) => createHash('sha256').update(entry).digest('hex'));
    return accepted(name, input(bundle(...entries)), { hashes });
  };
  const many = Array.from({ length: 256 }, (_, index) => text(`entry ${index}`));
  return [
    good('nothing', []),
    good('one entry', [text('entry 0')]),
    good('an empty entry', [text('')]),
    good('empty entries between others', [text(''), text('a'), text(''), text('b'), text('')]),
    good('an entry of 255 bytes', [Buffer.alloc(255, 1)]),
    good('an entry of 256 bytes', [Buffer.alloc(256, 2)]),
    good('the longest entry', [Buffer.alloc(65_535, 3)]),
    good('bytes that are no text', [Buffer.of(0xff, 0xfe, 0, 1)]),
    good('a full bundle', many),
  ];
}

function wrongBundles(): readonly Vector[] {
  const whole = bundle(text('entry 0'), text('entry 1'), text('entry 2'));
  const cuts = Array.from({ length: whole.length }, (_, at) => at).filter((at) => at % 9 !== 0);
  const cut = (at: number) => refusal(`cut after ${at} bytes`, input(whole.subarray(0, at)), TRUNCATED);
  const wrong = (name: string, bytes: Uint8Array) => refusal(name, input(bytes), TRUNCATED);
  return [
    ...cuts.map(cut),
    wrong('a byte more', Buffer.concat([whole, Buffer.of(0)])),
    wrong('a length and nothing', Buffer.of(0, 1)),
    wrong('the largest length and nothing', Buffer.of(0xff, 0xff)),
    wrong('little-endian lengths', Buffer.concat([Buffer.of(7, 0), text('entry 0')])),
    wrong('lines of text', text('entry 0\nentry 1\n')),
  ];
}
