import type { Verdict } from '../../../core/gate/decision.ts';
import type { EvaluatedCall } from './evaluate.ts';
import type { Label } from './recorded-calls.ts';

/** How often each verdict was given. */
export type VerdictCounts = { readonly [Name in Verdict]: number };

/** What an evaluation came to. */
export interface EvaluationReport {
  /** Calls decided. */
  readonly total: number;
  /** Calls of customers, which are not the agent's. */
  readonly skipped: number;
  readonly byLabel: {
    readonly benign: VerdictCounts;
    readonly attack: VerdictCounts;
    readonly unlabelled?: VerdictCounts;
  };
  /** Tools that are mapped to no action type: every call of them is denied. */
  readonly unknownTools: readonly string[];
  /** The bundle that decided. */
  readonly bundleHash: string;
  readonly decisions: readonly EvaluatedCall[];
}

/** Adds an evaluation up. */
export function evaluationReport(
  decisions: readonly EvaluatedCall[],
  skipped: number,
  bundleHash: string,
): EvaluationReport {
  const unlabelled = decisions.filter(({ label }) => label === 'unlabelled');
  const unknown = decisions.filter(({ problem }) => problem === 'unknown_tool').map(({ tool }) => tool);
  return {
    total: decisions.length,
    skipped,
    byLabel: {
      benign: countsOf(decisions, 'benign'),
      attack: countsOf(decisions, 'attack'),
      ...(unlabelled.length > 0 && { unlabelled: countsOf(decisions, 'unlabelled') }),
    },
    unknownTools: [...new Set(unknown)].sort(),
    bundleHash,
    decisions,
  };
}

/** The report for people. */
export function evaluationLines(report: EvaluationReport): readonly string[] {
  const row = (name: string, allow: string, deny: string, person: string) =>
    `${name.padEnd(11)} ${allow.padStart(6)} ${deny.padStart(6)} ${person.padStart(9)}`;
  return [
    `${report.total} calls decided, ${report.skipped} calls of customers left out`,
    row('', 'allow', 'deny', 'to people'),
    ...Object.entries(report.byLabel).map(([label, { allow, deny, require_approval }]) =>
      row(label, String(allow), String(deny), String(require_approval)),
    ),
    ...(report.unknownTools.length === 0 ? [] : [`denied, since no action type: ${report.unknownTools.join(', ')}`]),
  ];
}

function countsOf(decisions: readonly EvaluatedCall[], wanted: Label): VerdictCounts {
  const count = (verdict: Verdict): number =>
    decisions.filter((one) => one.label === wanted && one.verdict === verdict).length;
  return { allow: count('allow'), deny: count('deny'), require_approval: count('require_approval') };
}
