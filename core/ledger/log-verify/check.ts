/** Every check of a log, with the words a report prints. */
export const LOG_CHECKS = {
  C1: 'the log’s key signs the checkpoint, for the expected origin',
  C2: 'enough witnesses cosign the checkpoint',
  C3: 'the newest cosignature is fresh, and no witness holds a larger tree',
  C4: 'the tree extends every checkpoint seen before',
  C5: 'the entries are as many as the checkpoint says, and hash to the tiles of level 0',
  C6: 'the root over the entries, and every higher tile, is what the log says',
  C7: 'timestamps are of these checkpoints',
  C8: 'every entry is the canonical form of an event of a known type',
  C9: 'no event id is used twice',
  C10: 'every chain’s sequence numbers run from 0 without a gap or repeat',
  C11: 'every event names the hash of the one before it in its chain',
  C12: 'what is held of a budget is settled and given back once, and adds up',
  C13: 'time never runs backwards in a chain, and lies in the window of its checkpoint',
  C14: 'the heads of the chains are the log’s last events',
  C15: 'every receipt’s entry is in the log',
  C16: 'every receipt is signed by a key that was certified for its time',
} as const satisfies { readonly [check: string]: string };

/** The name of a check. */
export type LogCheck = keyof typeof LOG_CHECKS;

// Object.keys widens to string; the object is declared above with exactly these keys.
/** The names of all checks, in order. */
export const LOG_CHECK_NAMES = Object.keys(LOG_CHECKS) as readonly LogCheck[];

/** Something that does not hold. */
export interface Finding {
  readonly check: LogCheck;
  /** Stable, snake case. */
  readonly code: string;
  /** Index of the entry concerned. */
  readonly index?: number;
  /** File concerned. */
  readonly path?: string;
  readonly chain?: string;
  readonly expected: string;
  readonly got: string;
}

/** How one check ended. */
export interface CheckOutcome {
  readonly status: 'passed' | 'failed' | 'not_checked';
  readonly findings: number;
  /** What of it was not checked, and why. */
  readonly notCovered: readonly string[];
}

/** The outcome of verifying a log. It says what was checked, and just as plainly what was not. */
export interface LogReport {
  /** True when nothing failed and everything that was asked for was checked. */
  readonly ok: boolean;
  readonly origin: string;
  readonly size: number;
  /** Hexadecimal. */
  readonly root: string;
  readonly checks: { readonly [Check in LogCheck]: CheckOutcome };
  /** The first ones; `findingCount` counts all. */
  readonly findings: readonly Finding[];
  readonly findingCount: number;
  readonly counts: LogCounts;
  /** The earlier verification that was gone on from; present when the log was proven to begin with it. */
  readonly wentOnFrom?: WentOnFrom;
}

/** An earlier verification that a log was proven to begin with. */
export interface WentOnFrom {
  /** Leaves verified then. */
  readonly size: number;
  /** The root over them, hexadecimal. */
  readonly root: string;
  /** Hashes of the consistency proof that leads from there to the checkpoint. */
  readonly proofHashes: number;
  /** True when these leaves were read again. */
  readonly isReread: boolean;
  /** Kept checkpoints whose roots were compared then, and not again. */
  readonly keptTakenOver: number;
}

/** How much was read. */
export interface LogCounts {
  /** Entries that were read and hashed. */
  readonly entries: number;
  /** Entries below the state that verification went on from. */
  readonly verifiedBefore: number;
  readonly chains: number;
  readonly files: number;
  readonly keptCheckpoints: number;
  readonly timestamps: number;
  readonly receipts: number;
}

/** Gathers what checks find. Holds the first findings only, and counts the others. */
export class Findings {
  readonly #limit: number;
  readonly #first: Finding[] = [];
  readonly #counts = new Map<LogCheck, number>();
  readonly #done = new Set<LogCheck>();
  readonly #asked = new Set<LogCheck>();
  readonly #unpinned = new Set<LogCheck>();
  readonly #notCovered = new Map<LogCheck, string[]>();
  readonly #off: ReadonlySet<LogCheck>;

  /**
   * @param limit findings that are held
   * @param off checks that find nothing whatever they see; the whole is then never in order
   */
  constructor(limit = 100, off: ReadonlySet<LogCheck> = new Set()) {
    this.#limit = limit;
    this.#off = off;
    for (const check of off) this.unpinned(check, 'switched off');
  }

  add(finding: Finding): void {
    if (this.#off.has(finding.check)) return;
    this.#counts.set(finding.check, (this.#counts.get(finding.check) ?? 0) + 1);
    if (this.#first.length < this.#limit) this.#first.push(finding);
  }

  /** Says that a check was made. */
  done(...checks: readonly LogCheck[]): void {
    for (const check of checks) this.#done.add(check);
  }

  /** Says that a check was made with something the log itself brought along, which shows little: it does not count. */
  unpinned(check: LogCheck, why: string): void {
    this.#unpinned.add(check);
    this.leaveOut(check, why);
  }

  /** Says that the caller gave what a check needs, so that leaving it out is a failure of the whole. */
  asked(check: LogCheck): void {
    this.#asked.add(check);
  }

  /** Says what of a check was left out, and why. */
  leaveOut(check: LogCheck, why: string): void {
    const texts = this.#notCovered.get(check) ?? [];
    this.#notCovered.set(check, [...texts, why]);
  }

  report(): Pick<LogReport, 'ok' | 'checks' | 'findings' | 'findingCount'> {
    const outcome = (check: LogCheck): CheckOutcome => {
      const findings = this.#counts.get(check) ?? 0;
      const isDone = this.#done.has(check) && !this.#unpinned.has(check);
      const status = findings > 0 ? 'failed' : isDone ? 'passed' : 'not_checked';
      return { status, findings, notCovered: this.#notCovered.get(check) ?? [] };
    };
    const checks: LogReport['checks'] = {
      C1: outcome('C1'),
      C2: outcome('C2'),
      C3: outcome('C3'),
      C4: outcome('C4'),
      C5: outcome('C5'),
      C6: outcome('C6'),
      C7: outcome('C7'),
      C8: outcome('C8'),
      C9: outcome('C9'),
      C10: outcome('C10'),
      C11: outcome('C11'),
      C12: outcome('C12'),
      C13: outcome('C13'),
      C14: outcome('C14'),
      C15: outcome('C15'),
      C16: outcome('C16'),
    };
    const findingCount = [...this.#counts.values()].reduce((total, count) => total + count, 0);
    const isWhole = this.#off.size === 0 && [...this.#asked].every((check) => checks[check].status === 'passed');
    const ok = findingCount === 0 && isWhole;
    return { ok, checks, findings: this.#first, findingCount };
  }
}
