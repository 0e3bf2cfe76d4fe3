import { refuseUndecided } from '../../core/gate/decide.ts';
import { StorageFault } from '../../core/state/entities.ts';
import { policyBundles } from './bundle.ts';
import { HttpProblem } from './problem.ts';
import { count, logger } from './telemetry.ts';

/** A 503 that quotes the bundle's approved text for what could not be decided. Nothing was allowed. */
export function undecided(reason: 'storage-fault' | 'contention', actionType: string): HttpProblem {
  const { rules } = refuseUndecided(reason, actionType, policyBundles().guess());
  const code = reason === 'contention' ? 'contention' : 'storage_fault';
  return new HttpProblem(503, code, rules.map((rule) => rule.text).join(' '), { rules });
}

/** Runs a decision; a storage fault ends the request as {@link undecided}. */
export async function orUndecided<Value>(actionType: string, decide: () => Promise<Value>): Promise<Value> {
  try {
    return await decide();
  } catch (error) {
    if (!(error instanceof StorageFault)) throw error;
    count('StorageFault');
    logger.error('storage fault', { error });
    throw undecided('storage-fault', actionType);
  }
}
