import type { JsonValue } from '../json.ts';
import type { ArchiveSource } from '../ledger/verify.ts';
import type { CompiledBundle } from './bundle.ts';
import { decide } from './decide.ts';
import type { Decision } from './decision.ts';
import type { DecisionEventType, StoredDecision, UnreadableDecision } from './replay-decisions.ts';
import { ArchivedBundles, archiveKeys, storedDecisions } from './replay-decisions.ts';

/** What a replay compares. */
export type ReplayedMember = 'bundle' | 'verdict' | 'tier' | 'rules' | 'obligations' | 'contextHash';

/** One member of a decision that came out another way. */
export interface ReplayDifference {
  readonly member: ReplayedMember;
  readonly recorded: JsonValue;
  readonly replayed: JsonValue;
}

/** A decision that was not reproduced. */
export interface ReplayMismatch extends Pick<StoredDecision, 'type' | 'object' | 'chain' | 'seq' | 'actionId'> {
  readonly differences: readonly ReplayDifference[];
}

/** How a replay went. */
export interface ReplayReport {
  /** True when there was something to replay and all of it was reproduced. */
  readonly ok: boolean;
  readonly decisions: number;
  readonly byType: { readonly [Type in DecisionEventType]: number };
  readonly reproduced: number;
  /** How many decisions each bundle made, by hash. */
  readonly bundles: { readonly [hash: string]: number };
  /** How many did not come out the same; the first of them are listed. */
  readonly mismatchCount: number;
  readonly mismatches: readonly ReplayMismatch[];
  readonly unreadableCount: number;
  readonly unreadable: readonly UnreadableDecision[];
}

/** How many mismatches a report lists. */
export const MAX_LISTED = 1_000;

/**
 * Decides every decision of an archive again, each with the bundle and on the context it names, and compares verdict,
 * tier, rules, obligations and context hash. Holds one line and the bundles.
 *
 * @throws whatever `source` throws when it cannot be read
 */
export async function replayArchive(source: ArchiveSource): Promise<ReplayReport> {
  const keys = await archiveKeys(source);
  const bundles = new ArchivedBundles(source, keys);
  const tally = new Tally();
  for await (const line of storedDecisions(keys, source)) {
    if (line === undefined) continue;
    if ('unreadable' in line) {
      tally.addUnreadable(line.unreadable);
      continue;
    }
    const hash = String(line.decision.recorded['bundleHash']);
    const bundle = bundles.known(hash) ?? (await bundles.load(hash));
    tally.add(line.decision, hash, replayDecision(line.decision, bundle));
  }
  return tally.report();
}

/**
 * Decides one stored decision again.
 *
 * @param bundle its bundle, or why there is none
 * @returns what came out differently; empty when the decision was reproduced
 */
export function replayDecision(stored: StoredDecision, bundle: CompiledBundle | string): readonly ReplayDifference[] {
  if (typeof bundle === 'string') {
    return [{ member: 'bundle', recorded: stored.recorded['bundleHash'] ?? null, replayed: bundle }];
  }
  const decision = decide(stored, bundle);
  const { recorded } = stored;
  const ids = decision.rules.map(({ id }) => id);
  return [
    ...differing('verdict', recorded['verdict'], decision.verdict),
    ...differing('tier', recorded['tier'], decision.tier),
    ...differing('contextHash', recorded['contextHash'], decision.contextHash),
    ...(sameList(recorded['rules'], ids) ? [] : differing('rules', recorded['rules'], ids)),
    ...obligationDifferences(recorded['obligations'], decision),
  ];
}

const NONE: readonly never[] = [];

function differing(member: ReplayedMember, recorded: JsonValue | undefined, replayed: JsonValue) {
  return recorded === replayed ? NONE : [{ member, recorded: recorded ?? null, replayed }];
}

function sameList(recorded: JsonValue | undefined, ids: readonly string[]): boolean {
  return Array.isArray(recorded) && recorded.length === ids.length && ids.every((id, index) => recorded[index] === id);
}

/** Events leave an empty list of obligations out. */
function obligationDifferences(
  recorded: JsonValue | undefined,
  { obligations }: Decision,
): readonly ReplayDifference[] {
  const members = obligations.map(({ kind, approvals, managers }) => ({ approvals, kind, managers }));
  const then = JSON.stringify(recorded ?? []);
  // Stored events are canonical: their members are sorted as these are.
  return then === JSON.stringify(members)
    ? NONE
    : [{ member: 'obligations', recorded: recorded ?? null, replayed: members }];
}

class Tally {
  readonly #byType = { 'action.decided': 0, 'action.redeemed': 0, 'action.redeem_refused': 0 };
  readonly #bundles: Record<string, number> = {};
  readonly #mismatches: ReplayMismatch[] = [];
  readonly #unreadable: UnreadableDecision[] = [];
  #mismatchCount = 0;
  #unreadableCount = 0;

  add(stored: StoredDecision, hash: string, differences: readonly ReplayDifference[]): void {
    const { type, object, chain, seq, actionId } = stored;
    this.#byType[type] += 1;
    this.#bundles[hash] = (this.#bundles[hash] ?? 0) + 1;
    if (differences.length === 0) return;
    this.#mismatchCount += 1;
    if (this.#mismatches.length < MAX_LISTED)
      this.#mismatches.push({ type, object, chain, seq, actionId, differences });
  }

  addUnreadable(line: UnreadableDecision): void {
    this.#unreadableCount += 1;
    if (this.#unreadable.length < MAX_LISTED) this.#unreadable.push(line);
  }

  report(): ReplayReport {
    const decisions = Object.values(this.#byType).reduce((total, count) => total + count, 0);
    return {
      ok: decisions > 0 && this.#mismatchCount === 0 && this.#unreadableCount === 0,
      decisions,
      byType: this.#byType,
      reproduced: decisions - this.#mismatchCount,
      bundles: this.#bundles,
      mismatchCount: this.#mismatchCount,
      mismatches: this.#mismatches,
      unreadableCount: this.#unreadableCount,
      unreadable: this.#unreadable,
    };
  }
}
