/** Hashes of a full tile, and entries of a full bundle. */
export const TILE_WIDTH = 256;

/** What a file of the log is. `width` is {@link TILE_WIDTH} when it is full. */
export type LogPath =
  | { readonly kind: 'hash'; readonly level: number; readonly n: number; readonly width: number }
  | { readonly kind: 'entries'; readonly n: number; readonly width: number };

/** Where a tile of hashes is: `tile/<level>/<n>[.p/<width>]`. @see https://c2sp.org/tlog-tiles */
export function hashTilePath(level: number, n: number, width = TILE_WIDTH): string {
  return `tile/${level}/${numberPath(n)}${partial(width)}`;
}

/** Where a bundle of entries is: `tile/entries/<n>[.p/<width>]`. @see https://c2sp.org/tlog-tiles */
export function entryBundlePath(n: number, width = TILE_WIDTH): string {
  return `tile/entries/${numberPath(n)}${partial(width)}`;
}

const PATH = /^tile\/(entries|\d|[1-5]\d|6[0-3])\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;

/** Reads a path; undefined when it is not the one spelling of a tile or a bundle. */
export function parseLogPath(path: string): LogPath | undefined {
  const [, what, digits = '', partialWidth] = PATH.exec(path) ?? [];
  if (what === undefined) return undefined;
  const n = Number(digits.replaceAll(/[x/]/g, ''));
  const width = partialWidth === undefined ? TILE_WIDTH : Number(partialWidth);
  if (!Number.isSafeInteger(n) || (partialWidth !== undefined && width >= TILE_WIDTH)) return undefined;
  const parsed: LogPath =
    what === 'entries' ? { kind: 'entries', n, width } : { kind: 'hash', level: Number(what), n, width };
  const spelled = parsed.kind === 'entries' ? entryBundlePath(n, width) : hashTilePath(parsed.level, n, width);
  return spelled === path ? parsed : undefined;
}

/** Groups of three digits, every one but the last marked with `x`: 1234067 is `x001/x234/067`. */
function numberPath(n: number): string {
  const groups: string[] = [];
  for (let rest = n; groups.length === 0 || rest > 0; rest = Math.floor(rest / 1_000))
    groups.unshift(`${groups.length === 0 ? '' : 'x'}${String(rest % 1_000).padStart(3, '0')}`);
  return groups.join('/');
}

function partial(width: number): string {
  return width === TILE_WIDTH ? '' : `.p/${width}`;
}
