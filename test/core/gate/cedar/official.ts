import { type AuthorizationCall, isAuthorized, type PolicySet } from '@cedar-policy/cedar-wasm/nodejs';
import type { AuthorizationRequest } from '../../../../core/gate/cedar/evaluate.ts';

/** A decision as sets in a fixed order, so that two engines' can be compared. */
export interface ComparableAnswer {
  readonly decision: string;
  readonly determining: readonly string[];
  readonly erroring: readonly string[];
}

/** The official engine's answer, or the message with which it refused to answer. */
export function officialAnswer(
  policies: unknown,
  entities: unknown,
  request: AuthorizationRequest,
): ComparableAnswer | { readonly refused: string } {
  // The package's types cannot be met by generated JSON; it checks what it is given.
  const call = { ...request, policies: policies as PolicySet, entities } as AuthorizationCall;
  const answer = isAuthorized(call);
  if (answer.type === 'failure') return { refused: answer.errors.map((error) => error.message).join('; ') };
  const { decision, diagnostics } = answer.response;
  return {
    decision,
    determining: diagnostics.reason.toSorted(),
    erroring: diagnostics.errors.map((error) => error.policyId).toSorted(),
  };
}
