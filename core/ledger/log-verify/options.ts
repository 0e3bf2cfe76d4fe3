import type { Result } from '../../result.ts';
import type { CosignerPolicy } from '../log/log-proof.ts';
import type { PinnedLogKey } from '../log/pinned-key.ts';
import type { RetiredCertificationKey } from '../receipt/verify-receipt.ts';
import type { BundleDigest, EntryDepth } from './bundle-digest.ts';
import type { LogCheck } from './check.ts';
import type { BundleJob } from './digest-bundle.ts';
import type { LogHeads } from './log-heads.ts';
import type { VerifiedState } from './verified-state.ts';

/** Where a log is read from: a bucket or a folder with its files. */
export interface LogSource {
  /** Every file's path, in any order. */
  listPaths(): AsyncIterable<string>;
  /** A file's bytes, which the caller may write to; undefined when there is none. */
  read(path: string): Promise<Uint8Array | undefined>;
}

/** Digests bundles, several at once where there are threads. */
export interface BundleDigester {
  /** How many bundles to ask for before the first is there. */
  readonly inFlight: number;
  digest(job: BundleJob): Promise<BundleDigest>;
}

/** Checks an RFC 3161 token over the bytes of a note against trust anchors. */
export type VerifyTimestamp = (
  token: Uint8Array,
  bytes: Uint8Array,
) => Promise<Result<{ readonly timeMs: number }, { readonly code: string; readonly message?: string }>>;

/** A receipt that somebody holds, as text. */
export interface HeldReceipt {
  /** Where it was read from, for the report. */
  readonly path: string;
  readonly text: string;
}

/** What a witness showed as its latest checkpoint of this log. */
export interface WitnessView {
  readonly name: string;
  readonly note: string;
}

/** How asking the witnesses for their views ended, besides the views themselves. */
export interface AskedWitnesses {
  readonly unanswered: readonly { readonly name: string; readonly why: string }[];
  /** True when those that answered would meet the policy's quorum. */
  readonly isEnough: boolean;
}

/** What the verifier is given besides the log. What is not given is named in the report as not checked. */
export interface VerifyLogOptions {
  /** Keys of signature type 0x01 that the log may sign with. */
  readonly logKeys: readonly PinnedLogKey[];
  readonly origin?: string;
  readonly witnesses?: CosignerPolicy;
  readonly witnessViews?: readonly WitnessView[];
  /** Present when witnesses were asked just now. */
  readonly askedWitnesses?: AskedWitnesses;
  /** Epoch milliseconds. */
  readonly nowMs?: number;
  readonly maxAgeSeconds?: number;
  /** A checkpoint's signed note that was kept from an earlier time. */
  readonly previous?: string;
  readonly verifyTimestamp?: VerifyTimestamp;
  readonly heads?: LogHeads;
  readonly receipts?: readonly HeldReceipt[];
  /** Keys that certify the keys receipts are signed with, raw Ed25519 of 32 bytes. */
  readonly certificationKeys?: readonly Uint8Array[];
  readonly retiredCertificationKeys?: readonly RetiredCertificationKey[];
  /** How long an event may take to get into the log. */
  readonly mergeDelaySeconds?: number;
  readonly depth?: EntryDepth;
  /** Checks without which the whole is not in order, whatever is given. */
  readonly required?: readonly LogCheck[];
  /** True for a log that may grow while it is read: files beyond the checkpoint are then no fault. */
  readonly isLive?: boolean;
  /** Checks for which the log itself brought along what they rest on, and what that was. */
  readonly unpinned?: ReadonlyMap<LogCheck, string>;
  /** What the caller's own earlier verification came to: entries up to there are not read again. */
  readonly verifiedBefore?: VerifiedState;
  /** True to read everything all the same, and compare it with what was verified before. */
  readonly isReread?: boolean;
  /** Told where a later verification can go on, once everything passed and nothing was skipped. */
  readonly onVerified?: (state: VerifiedState) => void;
  readonly maxFindings?: number;
  /** Checks to switch off, to learn what each is worth. A log verified without one is never in order. */
  readonly withoutChecks?: ReadonlySet<LogCheck>;
  /** Told how many entries were checked. */
  readonly onProgress?: (entries: number, size: number) => void;
}

/** Seconds by which the clocks of those who write events and those who sign checkpoints may differ. */
export const CLOCK_SKEW_SECONDS = 5;
/** Used where no merge delay is given. */
export const DEFAULT_MERGE_DELAY_SECONDS = 300;
