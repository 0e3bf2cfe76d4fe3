import type { Amount } from '../budget/caps.ts';
import type { PriceTable } from '../budget/prices.ts';
import { usageCost } from '../budget/prices.ts';
import type { Settlement } from '../budget/settlement.ts';
import { release, settle } from '../budget/settlement.ts';
import type { TokenUsage } from '../budget/tokens.ts';
import { totalTokens } from '../budget/tokens.ts';
import type { JsonObject } from '../json.ts';
import { canonicalJson } from '../ledger/canonical.ts';
import { sha256Hex } from '../ledger/hash.ts';
import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';
import type { AgentPlan, AgentSnapshot, ChangeDeps, Contention } from '../state/change-agent.ts';
import { changeAgent } from '../state/change-agent.ts';
import type { Write } from '../state/entities.ts';
import type { ActionRecord, ActionStatus } from './action-record.ts';
import { actionRecordWrite, decodeActionRecord } from './action-record.ts';
import { registrationOf } from './decision-inputs.ts';

/** What became of an allowed action. */
export interface OutcomeReport {
  readonly result: 'succeeded' | 'failed' | 'not_performed';
  /** What a model call really used. Without it the whole hold is charged. */
  readonly usage?: TokenUsage;
}

/** What settling came to. Amounts are decimal strings. */
export interface OutcomeSummary {
  readonly result: OutcomeReport['result'];
  readonly settledMicroUsd: string;
  readonly settledTokens: string;
  readonly releasedMicroUsd: string;
  readonly releasedTokens: string;
  /** True when the real use was more than was held; it is charged as far as the agent's caps have room. */
  readonly overrun: boolean;
  /** The use that was reported, at the table's prices; present when it is not what was charged. */
  readonly usedMicroUsd?: string;
  readonly usedTokens?: string;
  /** False when the hold had lapsed before the report came. */
  readonly held: boolean;
}

/** Why an outcome was not taken. */
export type OutcomeProblem =
  | { readonly code: 'action_not_found' }
  | { readonly code: 'not_allowed'; readonly status: ActionStatus }
  | { readonly code: 'outcome_differs' };

type Outcome = Result<OutcomeSummary, OutcomeProblem>;

/** What recording outcomes needs from outside. */
export interface OutcomeDeps extends ChangeDeps {
  readonly prices: PriceTable;
}

/**
 * Records what became of an allowed action and settles its hold. The same report again gives the same answer; another
 * one is refused.
 */
export async function reportOutcome(
  deps: OutcomeDeps,
  agentId: string,
  actionId: string,
  report: OutcomeReport,
): Promise<Result<OutcomeSummary, OutcomeProblem | Contention>> {
  const changed = await changeAgent<Outcome>(deps, agentId, [{ entity: 'action', agentId, actionId }], (snapshot) =>
    planOutcome(deps.prices, { agentId, actionId, report }, snapshot),
  );
  return changed.ok ? changed.value : changed;
}

interface OutcomeInput {
  readonly agentId: string;
  readonly actionId: string;
  readonly report: OutcomeReport;
}

function planOutcome(prices: PriceTable, input: OutcomeInput, snapshot: AgentSnapshot): AgentPlan<Outcome> {
  const { agentId, actionId, report } = input;
  const [stored] = snapshot.items;
  if (stored === undefined) return { done: refused({ code: 'action_not_found' }) };
  const record = decodeActionRecord(actionId, stored);
  const outcomeHash = sha256Hex(canonicalJson(reportJson(report)));
  if (record.outcomeJson !== undefined) {
    if (record.outcomeHash !== outcomeHash) return { done: refused({ code: 'outcome_differs' }) };
    // Written below from a summary.
    return { done: ok(JSON.parse(record.outcomeJson) as OutcomeSummary) };
  }
  if (record.status !== 'allowed' && record.status !== 'redeemed') {
    return { done: refused({ code: 'not_allowed', status: record.status }) };
  }
  const used = usedAmount(prices, record, report.usage, snapshot.nowMs);
  const settlement =
    report.result === 'not_performed'
      ? release(snapshot.head, actionId)
      : settle(snapshot.head, actionId, used, registrationOf(snapshot)?.caps);
  const summary = summaryOf(record, report, settlement, used);
  const settled: ActionRecord = { ...record, status: 'settled', outcomeHash, outcomeJson: JSON.stringify(summary) };
  return {
    event: {
      type: 'action.outcome',
      agentId,
      frameworkRefs: ['AIR-DET-009', 'AIR-DET-021'],
      data: { actionId, actionDigest: record.digest, ...summary },
    },
    head: settlement.head,
    writes: () => [settledWrite(agentId, record, settled), ...settlement.writes],
    result: () => ok(summary),
  };
}

/** Usage whose model or counts can't be priced charges the whole hold: unknown use never costs less than was held. */
function usedAmount(
  prices: PriceTable,
  record: ActionRecord,
  usage: TokenUsage | undefined,
  nowMs: number,
): Amount | undefined {
  if (usage === undefined || record.model === undefined) return undefined;
  const cost = usageCost(prices, record.model, usage, nowMs);
  return cost.ok ? { microUsd: cost.value.microUsd, tokens: totalTokens(usage) } : undefined;
}

function summaryOf(
  record: ActionRecord,
  report: OutcomeReport,
  settlement: Settlement,
  used: Amount | undefined,
): OutcomeSummary {
  const { charged, held, overrun } = settlement;
  const released = (reserved: string | undefined, used: bigint) =>
    held && reserved !== undefined && BigInt(reserved) > used ? (BigInt(reserved) - used).toString() : '0';
  return {
    result: report.result,
    settledMicroUsd: charged.microUsd.toString(),
    settledTokens: charged.tokens.toString(),
    releasedMicroUsd: released(record.reservedMicroUsd, charged.microUsd),
    releasedTokens: released(record.reservedTokens, charged.tokens),
    overrun,
    held,
    ...(used !== undefined &&
      (used.microUsd !== charged.microUsd || used.tokens !== charged.tokens) && {
        usedMicroUsd: used.microUsd.toString(),
        usedTokens: used.tokens.toString(),
      }),
  };
}

function reportJson({ result, usage }: OutcomeReport): JsonObject {
  return { result, usage: usage === undefined ? null : { ...usage } };
}

function settledWrite(agentId: string, before: ActionRecord, record: ActionRecord): Write {
  return actionRecordWrite(agentId, record, [
    { if: 'equals', attribute: 'status', value: before.status },
    // An activation marks its action in a transaction of the control chain, which the agent's head does not order.
    before.activation === undefined
      ? { if: 'attributeAbsent', attribute: 'activation' }
      : { if: 'equals', attribute: 'activation', value: before.activation },
  ]);
}
