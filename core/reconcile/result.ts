import type { JsonObject } from '../json.ts';
import { canonicalJson } from '../ledger/canonical.ts';
import { sha256Hex } from '../ledger/hash.ts';
import type { AuditedChain } from './chain-audit.ts';
import type { TimeWindow } from './facts.ts';
import type { Finding } from './finding.ts';
import { byPlace, findingJson } from './finding.ts';
import type { MacCall } from './match-macs.ts';
import { matchMacs } from './match-macs.ts';

/** The result format's version. */
export const RESULT_VERSION = '1';

/** Findings an event lists; the digest covers all of them. An event of a few hundred kilobytes fits no log entry. */
export const MAX_LISTED_FINDINGS = 50;

/** What was compared, and what did not agree. */
export interface Reconciliation {
  readonly window: TimeWindow;
  readonly counts: {
    readonly chains: number;
    readonly events: number;
    readonly envelopesSealed: number;
    readonly macsMade: number;
    readonly allows: number;
    readonly openActions: number;
    readonly settledActions: number;
  };
  /** Whether the log was compared: a deployment may have none. */
  readonly log: boolean;
  /** Sorted. Empty when everything agrees. */
  readonly findings: readonly Finding[];
}

/** What was read of everything that must agree. */
export interface Compared {
  readonly window: TimeWindow;
  readonly chains: readonly AuditedChain[];
  readonly calls: readonly MacCall[];
  /** Keys that are not as recorded. */
  readonly keys: readonly Finding[];
  readonly log: boolean;
}

/** Puts the chains, KMS's record of MACs and keys together. */
export function reconcile({ window, chains, calls, keys, log }: Compared): Reconciliation {
  const sealed = chains.flatMap((chain) => chain.sealed);
  const macs = matchMacs(window, sealed, calls);
  const sum = (count: (chain: AuditedChain) => number) => chains.reduce((total, chain) => total + count(chain), 0);
  return {
    window,
    counts: {
      chains: chains.length,
      events: sum((chain) => chain.events),
      envelopesSealed: macs.sealed,
      macsMade: macs.calls,
      allows: sum((chain) => chain.allows),
      openActions: sum((chain) => chain.open),
      settledActions: sum((chain) => chain.settled),
    },
    log,
    findings: [...chains.flatMap((chain) => chain.findings), ...macs.findings, ...keys].sort(byPlace),
  };
}

/** The result as it is signed and recorded. `findingsDigest` is the SHA-256 of all findings' canonical JSON. */
export function resultJson({ window, counts, log, findings }: Reconciliation): JsonObject {
  const all = findings.map(findingJson);
  return {
    v: RESULT_VERSION,
    from: new Date(window.fromMs).toISOString(),
    to: new Date(window.toMs).toISOString(),
    counts: { ...counts },
    log,
    findingCount: findings.length,
    findings: all.slice(0, MAX_LISTED_FINDINGS),
    findingsDigest: sha256Hex(canonicalJson(all)),
  };
}

/** The exact bytes that are signed: a line that says what they are, then the result's canonical JSON. */
export function signedBytes(result: JsonObject): Uint8Array {
  return new TextEncoder().encode(`countersign/reconciliation/v1\n${canonicalJson(result)}`);
}
