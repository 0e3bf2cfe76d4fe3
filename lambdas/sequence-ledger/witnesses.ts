import type { Witnesses } from '../../core/ledger/log/ports.ts';
import { parseWitnessPolicy } from '../../core/ledger/log/witness-policy.ts';
import type { Clock } from '../../core/ports.ts';
import { httpWitnesses } from '../../net/witness-client.ts';
import { witnessEndpoints } from '../../net/witness-endpoints.ts';
import { count, logger } from '../shared/telemetry.ts';

/**
 * The witnesses of a policy; none when its text is empty.
 *
 * @throws {Error} on a policy that cannot be read or met, which stops the function at its cold start
 */
export function witnessesOf(policyText: string, clock: Clock): Witnesses | undefined {
  if (policyText === '') return undefined;
  const policy = parseWitnessPolicy(policyText);
  if (!policy.ok)
    throw new Error(`expected a witness policy, got line ${policy.problem.line}: ${policy.problem.detail}`);
  const endpoints = witnessEndpoints(policy.value, []);
  if (!endpoints.ok) throw new Error(endpoints.problem.detail);
  return httpWitnesses({
    policy: policy.value,
    endpoints: endpoints.value,
    clock,
    onProblem: (problem) => {
      count(problem.isAlarm ? 'WitnessAlarm' : 'WitnessMissing');
      logger.error('witness', { problem });
    },
  });
}
