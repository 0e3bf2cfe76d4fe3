import * as v from 'valibot';
import { runReconciliation } from '../../core/reconcile/run.ts';
import { taskHandler } from '../shared/stack.ts';
import { count, logger } from '../shared/telemetry.ts';
import { reconcileDeps } from './wiring.ts';

/** Daily, and when an auditor asks: compares the ledger with everything that must agree with it, and records the result. */
export const handler = taskHandler(v.unknown(), async () => {
  const run = await runReconciliation(reconcileDeps());
  if (!run.ok) {
    if (run.problem.code === 'nothing_due') return { status: 'nothing_due' };
    throw new Error(`expected to record the reconciliation, got \`${run.problem.code}\`; it may be repeated`);
  }
  const { reconciliation, data, ledger } = run.value;
  const findings = reconciliation.findings.length;
  if (findings > 0) {
    count('ReconciliationMismatch', findings);
    logger.error('records do not agree', { findings: reconciliation.findings });
  }
  return { status: findings === 0 ? 'agrees' : 'differs', ...data, ledger };
});
