import { parseLogPath, TILE_WIDTH } from '../log/tile-path.ts';
import type { Findings } from './check.ts';
import type { LogSource } from './options.ts';

/** A kept checkpoint by its name. */
export interface KeptName {
  readonly path: string;
  readonly size: number;
  readonly rootHex: string;
}

/** What is in a log besides the files that its size asks for. */
export interface LogFiles {
  readonly fileCount: number;
  /** By size. */
  readonly kept: readonly KeptName[];
  /** Paths of timestamps. */
  readonly timestamps: ReadonlySet<string>;
  /** Partial tiles and bundles of earlier sizes. */
  readonly partials: readonly string[];
}

const KEPT = /^checkpoints\/(\d{16})-([0-9a-f]{64})(\.tsr)?$/;
/** Files beside the log that an export writes; others, outside the log's own folders, are none of its business. */
const OWN_FOLDERS = /^(?:tile|checkpoints)\//;

/**
 * Lists the log's files. Every path below `tile/` must be one that a tree of this size has or had, and every one below
 * `checkpoints/` a kept checkpoint or its timestamp; which of them are missing shows when they are read.
 */
export async function listLog(findings: Findings, source: LogSource, size: number, isLive: boolean): Promise<LogFiles> {
  let fileCount = 0;
  const kept: KeptName[] = [];
  const timestamps = new Set<string>();
  const partials: string[] = [];
  for await (const path of source.listPaths()) {
    if (!OWN_FOLDERS.test(path)) continue;
    fileCount += 1;
    const [, digits, rootHex = '', suffix] = KEPT.exec(path) ?? [];
    const fault = digits === undefined ? tileFault(path, size, partials) : undefined;
    if (digits !== undefined && suffix === undefined) kept.push({ path, size: Number(digits), rootHex });
    else if (digits !== undefined) timestamps.add(path);
    if (fault === undefined || (isLive && fault === 'file_beyond_size')) continue;
    findings.add({
      check: 'C5',
      code: fault,
      path,
      expected: `files of a tree of ${size} leaves`,
      got: 'another file',
    });
  }
  kept.sort((left, right) => left.size - right.size || (left.path < right.path ? -1 : 1));
  return { fileCount, kept, timestamps, partials };
}

/** Why a tree of `size` leaves has no such file; partial ones it may have had earlier are collected. */
function tileFault(path: string, size: number, partials: string[]): string | undefined {
  const parsed = parseLogPath(path);
  if (parsed === undefined) return 'file_unknown';
  const level = parsed.kind === 'hash' ? parsed.level : 0;
  const hashes = Math.floor(size / TILE_WIDTH ** level);
  const width = Math.min(TILE_WIDTH, hashes - parsed.n * TILE_WIDTH);
  if (parsed.width > width) return 'file_beyond_size';
  if (parsed.width < width) partials.push(path);
  return undefined;
}
