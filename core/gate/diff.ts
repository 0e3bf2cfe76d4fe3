import type { ArchiveSource } from '../ledger/verify.ts';
import type { CompiledBundle } from './bundle.ts';
import { missingFacts, projectContext } from './cedar/generate-facts.ts';
import type { Judgement } from './decide.ts';
import { judge } from './decide.ts';
import type { DecisionRequest, Verdict } from './decision.ts';
import { MAX_LISTED } from './replay.ts';
import type { StoredDecision } from './replay-decisions.ts';
import { archiveKeys, storedDecisions } from './replay-decisions.ts';
import type { ShadowHit } from './shadow.ts';
import { shadowHits } from './shadow.ts';

/** How many verdicts changed from one to another, such as `allow → deny`. */
export type Transitions = { readonly [transition: string]: number };

/** A stored decision whose verdict would be another. */
export interface ChangedVerdict extends Pick<StoredDecision, 'actionId' | 'agentId' | 'actionType' | 'chain' | 'seq'> {
  readonly from: Verdict;
  readonly to: Verdict;
  /** Ids of rules that only the new verdict quotes, and that only the old one does. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** A stored decision that one of the bundles cannot decide: its context lacks facts. */
export interface NotComparable extends Pick<StoredDecision, 'actionId' | 'chain' | 'seq'> {
  readonly missing: readonly string[];
}

/** What a shadow rule of the new bundle would have done. */
export interface ShadowCount extends ShadowHit {
  readonly decisions: number;
  /** Of those, how many the new bundle allows without it. */
  readonly allowed: number;
}

/** What another bundle would have decided on stored traffic. */
export interface PolicyDiff {
  readonly decisions: number;
  readonly unchanged: number;
  readonly changedCount: number;
  readonly byRule: { readonly [rule: string]: Transitions };
  readonly byAgent: { readonly [agent: string]: Transitions };
  readonly byActionType: { readonly [type: string]: Transitions };
  /** The first of the changed ones. */
  readonly changed: readonly ChangedVerdict[];
  readonly notComparableCount: number;
  readonly notComparable: readonly NotComparable[];
  readonly shadow: readonly ShadowCount[];
  readonly unreadableCount: number;
}

/**
 * Decides every stored decision under two bundles and tells whose verdict differs. Facts that a bundle does not know are
 * left out for it; a decision whose context lacks a fact that either needs is listed and not compared.
 *
 * @throws whatever `source` throws when it cannot be read
 */
export async function diffPolicies(
  source: ArchiveSource,
  older: CompiledBundle,
  newer: CompiledBundle,
): Promise<PolicyDiff> {
  const tally = new DiffTally();
  for await (const line of storedDecisions(await archiveKeys(source), source)) {
    if (line === undefined) continue;
    if ('unreadable' in line) tally.unreadableCount += 1;
    else compare(line.decision, older, newer, tally);
  }
  return tally.report();
}

function compare(stored: StoredDecision, older: CompiledBundle, newer: CompiledBundle, tally: DiffTally): void {
  // Of a type that the gate did not know there are no facts, and to know it now would not bring them.
  const isKnown = older.catalogue.has(stored.actionType) || newer.catalogue.has(stored.actionType);
  const missing = isKnown
    ? [...new Set([older, newer].flatMap(({ facts }) => missingFacts(stored.context, facts)))].sort()
    : [];
  if (missing.length > 0) {
    tally.addNotComparable(stored, missing);
    return;
  }
  const asked = requestFor(stored, newer);
  const now = judge(asked, newer);
  tally.add(stored, judge(requestFor(stored, older), older), now);
  for (const hit of shadowHits(asked, newer)) tally.addShadow(hit, now.verdict);
}

function requestFor(stored: StoredDecision, { facts }: CompiledBundle): DecisionRequest {
  const { agentId, actionType, resource, context } = stored;
  return {
    agentId,
    actionType,
    resource,
    context: facts.fits(context) ? context : projectContext(context, facts.shape),
  };
}

class DiffTally {
  readonly #byRule = new Map<string, Map<string, number>>();
  readonly #byAgent = new Map<string, Map<string, number>>();
  readonly #byActionType = new Map<string, Map<string, number>>();
  readonly #changed: ChangedVerdict[] = [];
  readonly #notComparable: NotComparable[] = [];
  readonly #shadow = new Map<string, ShadowCount>();
  #decisions = 0;
  #changedCount = 0;
  #notComparableCount = 0;
  unreadableCount = 0;

  add(stored: StoredDecision, then: Judgement, now: Judgement): void {
    this.#decisions += 1;
    if (then.verdict === now.verdict) return;
    this.#changedCount += 1;
    const { actionId, agentId, actionType, chain, seq } = stored;
    const [oldIds, newIds] = [then.rules.map(({ id }) => id), now.rules.map(({ id }) => id)];
    const added = newIds.filter((id) => !oldIds.includes(id));
    const removed = oldIds.filter((id) => !newIds.includes(id));
    const transition = `${then.verdict} → ${now.verdict}`;
    for (const id of [...added, ...removed]) increment(this.#byRule, id, transition);
    increment(this.#byAgent, agentId, transition);
    increment(this.#byActionType, actionType, transition);
    if (this.#changed.length === MAX_LISTED) return;
    const [from, to] = [then.verdict, now.verdict];
    this.#changed.push({ actionId, agentId, actionType, chain, seq, from, to, added, removed });
  }

  addNotComparable({ actionId, chain, seq }: StoredDecision, missing: readonly string[]): void {
    this.#decisions += 1;
    this.#notComparableCount += 1;
    if (this.#notComparable.length < MAX_LISTED) this.#notComparable.push({ actionId, chain, seq, missing });
  }

  addShadow({ id, effect }: ShadowHit, verdict: Verdict): void {
    const key = `${id} ${effect}`;
    const { decisions = 0, allowed = 0 } = this.#shadow.get(key) ?? {};
    this.#shadow.set(key, {
      id,
      effect,
      decisions: decisions + 1,
      allowed: allowed + (verdict === 'allow' ? 1 : 0),
    });
  }

  report(): PolicyDiff {
    return {
      decisions: this.#decisions,
      unchanged: this.#decisions - this.#changedCount - this.#notComparableCount,
      changedCount: this.#changedCount,
      byRule: plain(this.#byRule),
      byAgent: plain(this.#byAgent),
      byActionType: plain(this.#byActionType),
      changed: this.#changed,
      notComparableCount: this.#notComparableCount,
      notComparable: this.#notComparable,
      shadow: [...this.#shadow.values()].sort((left, right) => (left.id < right.id ? -1 : 1)),
      unreadableCount: this.unreadableCount,
    };
  }
}

function increment(groups: Map<string, Map<string, number>>, group: string, transition: string): void {
  const counts = groups.get(group) ?? new Map<string, number>();
  counts.set(transition, (counts.get(transition) ?? 0) + 1);
  groups.set(group, counts);
}

function plain(groups: ReadonlyMap<string, ReadonlyMap<string, number>>): { readonly [group: string]: Transitions } {
  const sorted = [...groups].sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(sorted.map(([group, counts]) => [group, Object.fromEntries(counts)]));
}
