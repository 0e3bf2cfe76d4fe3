import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { EntryDepth } from '../../core/ledger/log-verify/bundle-digest.ts';
import type { LogCheck, LogReport } from '../../core/ledger/log-verify/check.ts';
import { LOG_CHECK_NAMES } from '../../core/ledger/log-verify/check.ts';
import type { LogSource } from '../../core/ledger/log-verify/options.ts';
import type { VerifiedState } from '../../core/ledger/log-verify/verified-state.ts';
import { verifyLog } from '../../core/ledger/log-verify/verify-log.ts';
import type { BundlePlace } from './digest-pool.ts';
import { DigestPool } from './digest-pool.ts';
import type { TimestampTrust } from './log-inputs.ts';
import { LogInputError, readInputs } from './log-inputs.ts';
import { progressTo } from './progress.ts';
import { readState, writeState } from './state-file.ts';

/** The flags of verifying a log, for {@link parseArgs}. */
export const LOG_FLAGS = {
  json: { type: 'boolean', default: false },
  key: { type: 'string', multiple: true },
  origin: { type: 'string' },
  'witness-policy': { type: 'string' },
  previous: { type: 'string' },
  tsa: { type: 'string' },
  heads: { type: 'string' },
  receipt: { type: 'string', multiple: true },
  'certification-key': { type: 'string', multiple: true },
  'witness-view': { type: 'string', multiple: true },
  'ask-witnesses': { type: 'boolean', default: false },
  'max-age-seconds': { type: 'string' },
  'merge-delay-seconds': { type: 'string' },
  require: { type: 'string', multiple: true },
  state: { type: 'string' },
  reread: { type: 'boolean', default: false },
  workers: { type: 'string' },
  skip: { type: 'string', multiple: true },
  progress: { type: 'boolean', default: false },
} as const;

/** What the flags of a log mean. */
export const LOG_FLAG_LINES = `  --key KEY|FILE            the log's verifier key as you know it (repeatable); else the log's own log.vkey, named as not checked;
                            "KEY until SIZE" for one that was retired, in a file one in a line
  --origin NAME             the log's name as you know it
  --witness-policy FILE     who must have cosigned (C2SP tlog-policy); else the log's own, named as not checked
  --witness-view FILE       a checkpoint that a witness showed you (repeatable): it must not know a larger tree, or another
  --ask-witnesses           ask the witnesses of --witness-policy over the network what they hold now, and compare it likewise
  --previous FILE           a checkpoint you kept: the log must extend it
  --tsa FILE                trust anchors of timestamps (PEM); else the log's own, named as not checked
  --heads FILE              heads of the chains; else the log's heads.json
  --receipt FILE            a receipt you hold (repeatable); receipts/*.json of the log are checked too
  --certification-key FILE  key that certifies receipt keys (PEM or base64, repeatable); FILE@TIME for one retired then
  --max-age-seconds N       how old the newest cosignature may be
  --merge-delay-seconds N   how long an event may take into the log, as configured (300)
  --require all|CHECK       fail unless this check was made (repeatable, C1 to C16)
  --state FILE              what you verified before, to go on from; written with FILE.ids when everything passed; keep both to yourself
  --reread                  read everything again though --state says that it was verified before, and compare
  --workers N               threads (up to 4, one a core); 0 works on the one thread
  --skip contents|events    leave out what events say and its form, or events as a whole; named as not checked
  --progress                progress on standard error though it is no terminal`;

/** Where a verifier runs and what it is built with. */
export interface VerifierPlace {
  readonly source: LogSource;
  readonly bundles: BundlePlace;
  readonly isLive: boolean;
  /** What threads run. */
  readonly threadCode: URL;
  readonly trust: TimestampTrust;
  readonly nowMs: number;
  readonly stderr: (text: string) => void;
  readonly isTerminal: boolean;
}

/** The flags as they were given. */
export type LogFlags = ReturnType<typeof parseLogFlags>['values'];

/** Reads a command line. Throws what {@link parseArgs} throws. */
export function parseLogFlags(argv: readonly string[]) {
  return parseArgs({ args: [...argv], allowPositionals: true, options: LOG_FLAGS });
}

/**
 * Verifies a log as the flags say.
 *
 * @throws {LogInputError} when a flag or a file it names is unusable
 */
export async function runVerifier(place: VerifierPlace, flags: LogFlags): Promise<LogReport> {
  const inputs = await readInputs(
    place.source,
    {
      keys: flags.key ?? [],
      origin: flags.origin,
      witnessPolicy: flags['witness-policy'],
      witnessViews: flags['witness-view'] ?? [],
      askWitnesses: flags['ask-witnesses'],
      previous: flags.previous,
      tsa: flags.tsa,
      heads: flags.heads,
      receipts: flags.receipt ?? [],
      certificationKeys: flags['certification-key'] ?? [],
    },
    place.trust,
  );
  const maxAgeSeconds = count(flags['max-age-seconds'], '--max-age-seconds');
  const mergeDelaySeconds = count(flags['merge-delay-seconds'], '--merge-delay-seconds');
  const threads = threadCount(flags.workers) ?? Math.min(4, availableParallelism());
  if (flags.reread && flags.state === undefined) throw new LogInputError('expected --state with --reread, got none');
  const depth = depthOf(flags.skip ?? []);
  const required = (flags.require ?? []).flatMap(requiredChecks);
  const pool = threads === 0 ? undefined : new DigestPool(place.bundles, threads, place.threadCode);
  const progress = progressTo(place.stderr, flags.progress || place.isTerminal);
  try {
    const before = flags.state === undefined ? undefined : await readState(flags.state);
    let state: VerifiedState | undefined;
    const options = { ...inputs, depth, required, isLive: place.isLive, nowMs: place.nowMs, onProgress: progress.at };
    const report = await verifyLog(
      place.source,
      {
        ...options,
        ...(before !== undefined && { verifiedBefore: before, isReread: flags.reread }),
        ...(flags.state !== undefined && {
          onVerified: (verified: VerifiedState) => {
            state = verified;
          },
        }),
        ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
        ...(mergeDelaySeconds !== undefined && { mergeDelaySeconds }),
      },
      pool,
    );
    if (flags.state !== undefined && state !== undefined) await writeState(flags.state, state);
    return report;
  } finally {
    progress.end();
    await pool?.close();
  }
}

function depthOf(skip: readonly string[]): EntryDepth {
  const unknown = skip.find((what) => what !== 'contents' && what !== 'events');
  if (unknown !== undefined) throw new LogInputError(`expected --skip contents or events, got \`${unknown}\``);
  if (skip.includes('events')) return 'hash';
  return skip.includes('contents') ? 'links' : 'canonical';
}

function requiredChecks(text: string): readonly LogCheck[] {
  if (text === 'all') return LOG_CHECK_NAMES;
  const named = LOG_CHECK_NAMES.filter((check) => check === text);
  if (named.length > 0) return named;
  throw new LogInputError(`expected --require all or a check from C1 to C16, got \`${text}\``);
}

/** More threads than any machine has use for are a slip of the finger, and starting them would stop the machine. */
const MOST_THREADS = 64;

function threadCount(text: string | undefined): number | undefined {
  const threads = count(text, '--workers');
  if (threads === undefined || threads <= MOST_THREADS) return threads;
  throw new LogInputError(`expected --workers to be at most ${MOST_THREADS}, got \`${text}\``);
}

function count(text: string | undefined, flag: string): number | undefined {
  if (text === undefined) return undefined;
  if (/^(0|[1-9]\d{0,8})$/.test(text)) return Number(text);
  throw new LogInputError(`expected ${flag} to be a whole number of at most nine digits, got \`${text}\``);
}
