import { entryBundlePath, hashTilePath, parseLogPath, TILE_WIDTH } from '../log/tile-path.ts';
import { sameBytes } from '../same-bytes.ts';
import type { Findings } from './check.ts';
import type { ReadFile } from './tree-rebuild.ts';

/**
 * C5 and C6 of what is left over from earlier sizes: a partial tile or bundle must be the beginning of the one that the
 * checkpoint's size has, which is compared with the entries elsewhere. Those of the `before` leaves that are not read
 * again are not either.
 */
export async function checkEarlierPartials(
  findings: Findings,
  read: ReadFile,
  partials: readonly string[],
  size: number,
  before: number,
): Promise<void> {
  for (const path of partials) {
    const parsed = parseLogPath(path);
    if (parsed === undefined) continue;
    const level = parsed.kind === 'hash' ? parsed.level : 0;
    if ((parsed.n + 1) * TILE_WIDTH ** (level + 1) <= before) continue;
    const hashes = Math.floor(size / TILE_WIDTH ** level);
    const width = Math.min(TILE_WIDTH, hashes - parsed.n * TILE_WIDTH);
    const pathOf = (ofWidth?: number) =>
      parsed.kind === 'hash' ? hashTilePath(level, parsed.n, ofWidth) : entryBundlePath(parsed.n, ofWidth);
    const now = (await read(pathOf(width))) ?? (await read(pathOf()));
    const earlier = await read(path);
    if (now === undefined || earlier === undefined) continue;
    if (earlier.length < now.length && sameBytes(earlier, now.subarray(0, earlier.length))) continue;
    const check = parsed.kind === 'hash' && level > 0 ? 'C6' : 'C5';
    const expected = `the beginning of \`${pathOf(width)}\``;
    findings.add({ check, code: 'partial_differs', path, expected, got: 'other bytes' });
  }
}
