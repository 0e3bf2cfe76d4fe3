import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { DigestPool } from '../../cli/verify-log/digest-pool.ts';
import { directoryLog } from '../../cli/verify-log/directory-log.ts';
import { parseVerifierKey } from '../../core/ledger/log/note.ts';
import { TILE_WIDTH } from '../../core/ledger/log/tile-path.ts';
import type { EntryDepth } from '../../core/ledger/log-verify/bundle-digest.ts';
import { verifyLog } from '../../core/ledger/log-verify/verify-log.ts';
import { median } from '../statistics.ts';
import { cpuSeconds } from './cpu.ts';
import type { LargeLog } from './large-log.ts';
import type { RawHashShare } from './raw-hash-worker.ts';

const ROUNDS = 3;
const DIGEST_WORKER = new URL('../../cli/verify-log/digest-worker.ts', import.meta.url);
const RAW_HASH_WORKER = new URL('raw-hash-worker.ts', import.meta.url);

/** What is done with every entry: its hash alone, or what the verifier checks at this depth. */
export type VerificationKind = 'raw' | EntryDepth;

/** How fast that is on so many threads, starting the threads included. */
export interface VerificationSpeed {
  readonly kind: VerificationKind;
  readonly threads: number;
  readonly rowsPerSecond: number;
  /** Processor time of all threads together. */
  readonly cpuMicrosPerRow: number;
  /** Time by the clock as a multiple of `raw` on as many threads, and on one; time of processors likewise. */
  readonly timesRaw: number;
  readonly timesRawOnOne: number;
  readonly timesRawCpu: number;
}

const CASES = (['raw', 'hash', 'links', 'canonical'] as const).flatMap((kind) =>
  [1, 2].map((threads): Case => ({ kind, threads })),
);

interface Case {
  readonly kind: VerificationKind;
  readonly threads: number;
}

interface Sample extends Case {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** Measures all in turn, so that a busy machine slows each of them. */
export async function verificationSpeed(log: LargeLog): Promise<readonly VerificationSpeed[]> {
  const samples: Sample[] = [];
  for (let round = 0; round < ROUNDS; round += 1) for (const each of CASES) samples.push(await sampleOf(log, each));
  const medianOf = (of: Case, what: 'seconds' | 'cpuSeconds') =>
    median(samples.filter((each) => each.kind === of.kind && each.threads === of.threads).map((each) => each[what]));
  return CASES.map(({ kind, threads }) => {
    const raw: Case = { kind: 'raw', threads };
    const own: Case = { kind, threads };
    const seconds = medianOf(own, 'seconds');
    return {
      kind,
      threads,
      rowsPerSecond: Math.round(log.rows / seconds),
      cpuMicrosPerRow: (medianOf(own, 'cpuSeconds') / log.rows) * 1e6,
      timesRaw: seconds / medianOf(raw, 'seconds'),
      timesRawOnOne: seconds / medianOf({ kind: 'raw', threads: 1 }, 'seconds'),
      timesRawCpu: medianOf(own, 'cpuSeconds') / medianOf(raw, 'cpuSeconds'),
    };
  });
}

async function sampleOf(log: LargeLog, { kind, threads }: Case): Promise<Sample> {
  const startMs = performance.now();
  const work = () => (kind === 'raw' ? hashAll(log, threads) : verifyAll(log, kind, threads));
  const used = await cpuSeconds(work);
  return { kind, threads, seconds: (performance.now() - startMs) / 1_000, cpuSeconds: used };
}

async function verifyAll({ folder, rows, verifierKey }: LargeLog, depth: EntryDepth, threads: number): Promise<void> {
  const key = parseVerifierKey(verifierKey);
  if (!key.ok) throw new Error(`expected a verifier key, got \`${verifierKey}\``);
  const pool = new DigestPool({ directory: folder }, threads, DIGEST_WORKER);
  try {
    const report = await verifyLog(directoryLog(folder), { logKeys: [key.value], depth }, pool);
    if (!report.ok || report.counts.entries !== rows)
      throw new Error(`expected ${rows} good entries, got ${JSON.stringify(report)}`);
  } finally {
    await pool.close();
  }
}

async function hashAll({ folder, rows }: LargeLog, threads: number): Promise<void> {
  const bundles = Math.floor(rows / TILE_WIDTH);
  const hashed = await Promise.all(
    Array.from({ length: threads }, async (_, first) => {
      const share: RawHashShare = { folder, bundles, first, step: threads };
      const [entries] = await once(new Worker(RAW_HASH_WORKER, { workerData: share }), 'message');
      return Number(entries);
    }),
  );
  const sum = hashed.reduce((total, entries) => total + entries, 0);
  if (sum !== bundles * TILE_WIDTH) throw new Error(`expected ${bundles} full bundles, got ${sum} entries`);
}
