import { createHash } from 'node:crypto';
import type { CheckpointFormat, LogFile, TreeEdge, TreeFormat } from '../../../../core/ledger/log/ports.ts';

/** Tiles of four, so that a few dozen entries fill tiles on several levels. */
export const WIDTH = 4;

const sha256 = (...parts: readonly (Uint8Array | string)[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
};

export const leafOf = (entry: Uint8Array) => sha256(Uint8Array.of(0), entry);

/** RFC 9162 2.1.1, as it is written there. */
export function treeHash(hashes: readonly Uint8Array[]): Uint8Array {
  const [first] = hashes;
  if (first === undefined) return sha256('');
  if (hashes.length === 1) return first;
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return sha256(Uint8Array.of(1), treeHash(hashes.slice(0, split)), treeHash(hashes.slice(split)));
}

const pathOf = (level: number | 'entries', tile: number, width: number) =>
  `tile/${level}/${tile}${width === WIDTH ? '' : `.p/${width}`}`;

const packed = (parts: readonly Uint8Array[]) =>
  new TextEncoder().encode(JSON.stringify(parts.map((part) => Buffer.from(part).toString('base64'))));

export function unpacked(bytes: Uint8Array | undefined): Uint8Array[] {
  const list: readonly string[] = JSON.parse(new TextDecoder().decode(bytes));
  return list.map((text) => new Uint8Array(Buffer.from(text, 'base64')));
}

function append(edge: TreeEdge, entries: readonly Uint8Array[]) {
  const files = new Map<string, LogFile>();
  const size = edge.size + entries.length;
  const grow = (
    level: number | 'entries',
    tail: readonly Uint8Array[],
    added: readonly Uint8Array[],
    first: number,
  ) => {
    const all = [...tail, ...added];
    let tile = first;
    for (; all.length >= WIDTH; tile += 1) {
      const path = pathOf(level, tile, WIDTH);
      files.set(path, { path, bytes: packed(all.splice(0, WIDTH)), full: true });
    }
    const path = pathOf(level, tile, all.length);
    if (all.length > 0) files.set(path, { path, bytes: packed(all), full: false });
    return all;
  };
  const entriesTail = grow('entries', edge.entriesTail, entries, Math.floor(edge.size / WIDTH));
  const tails: Uint8Array[][] = [];
  let added: Uint8Array[] = entries.map(leafOf);
  for (let level = 0; added.length > 0 || level < edge.tails.length; level += 1) {
    const tail = edge.tails[level] ?? [];
    const full = [...tail, ...added];
    const parents: Uint8Array[] = [];
    while (full.length >= WIDTH) parents.push(treeHash(full.splice(0, WIDTH)));
    tails.push(grow(level, tail, added, Math.floor(edge.size / WIDTH ** (level + 1))));
    added = parents;
  }
  const grown = { size, tails, entriesTail };
  return { edge: grown, root: rootOf(grown), files: [...files.values()] };
}

function rootOf(edge: TreeEdge): Uint8Array {
  let right: Uint8Array[] = [];
  for (const tail of edge.tails) {
    const row = [...tail, ...right];
    right = row.length > 0 ? [treeHash(row)] : [];
  }
  return right[0] ?? treeHash([]);
}

function widths(size: number): { level: number; tile: number; width: number }[] {
  const found = [];
  for (let level = 0, left = size; left > 0; level += 1, left = Math.floor(left / WIDTH))
    found.push({ level, tile: Math.floor(left / WIDTH), width: left % WIDTH });
  return found;
}

export const smallTree: TreeFormat = {
  emptyEdge: { size: 0, tails: [], entriesTail: [] },
  entryOf: (row) => row.bytes,
  appendEntries: append,
  edgePaths: (size) =>
    widths(size).flatMap(({ level, tile, width }) => [
      ...(width > 0 ? [pathOf(level, tile, width)] : []),
      ...(width > 0 && level === 0 ? [pathOf('entries', tile, width)] : []),
    ]),
  readEdge: (size, files) => {
    const tails = widths(size).map(({ level, tile, width }) =>
      width === 0 ? [] : unpacked(files.get(pathOf(level, tile, width))),
    );
    const [base] = widths(size);
    const entries =
      base === undefined || base.width === 0 ? [] : unpacked(files.get(pathOf('entries', base.tile, base.width)));
    return { size, tails, entriesTail: entries };
  },
  edgeRoot: rootOf,
  consistencyProof: async () => [],
};

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytesOf = (value: string) => new TextEncoder().encode(value);

export const signature = (bytes: Uint8Array) => sha256('key', bytes);

export const smallNote: CheckpointFormat = {
  body: (size, rootHex) => bytesOf(`test.example/log\n${size}\n${rootHex}\n`),
  timedMessage: (body, timeSeconds) => bytesOf(`time ${timeSeconds}\n${text(body)}`),
  note: (body, timeSeconds, signed) =>
    signed.every((one) => Buffer.from(one.signature).equals(Buffer.from(signature(body))))
      ? bytesOf(
          `${text(body)}\n${signed.map((one) => Buffer.from(one.signature).toString('hex')).join()}\n${timeSeconds}\n`,
        )
      : undefined,
  addLines: (note, lines) => bytesOf(`${text(note)}${lines.join('\n')}\n`),
  open: (note) => {
    const [origin, size, rootHex, , signed] = text(note).split('\n');
    if (rootHex === undefined || origin !== 'test.example/log') return undefined;
    const body = bytesOf(`${origin}\n${size}\n${rootHex}\n`);
    return signed === Buffer.from(signature(body)).toString('hex') ? { size: Number(size), rootHex } : undefined;
  },
};
