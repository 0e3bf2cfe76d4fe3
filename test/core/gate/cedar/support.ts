import { policyToJson, templateToJson } from '@cedar-policy/cedar-wasm/nodejs';
import { type CompiledPolicySet, compilePolicySet } from '../../../../core/gate/cedar/compile-policy-set.ts';
import { NO_ENTITIES } from '../../../../core/gate/cedar/entity-store.ts';
import { type AuthorizationAnswer, type AuthorizationRequest, evaluate } from '../../../../core/gate/cedar/evaluate.ts';
import { type PolicyTextParser, parsePolicyText } from '../../../../core/gate/cedar/policy-text.ts';

/** The official parser in the shape `parsePolicyText` takes. */
export const officialParser: PolicyTextParser = {
  policyToJson: (text) => jsonOrNull(policyToJson(text)),
  templateToJson: (text) => jsonOrNull(templateToJson(text)),
};

function jsonOrNull(answer: ReturnType<typeof policyToJson>): unknown {
  return answer.type === 'success' ? answer.json : null;
}

/** Compiles policy text; ids are `policy0`, `policy1`, … in its order. */
export function compileText(text: string): CompiledPolicySet {
  const policies = parsePolicyText(text, officialParser).map(({ json }, index) => [`policy${index}`, json] as const);
  return compilePolicySet({ staticPolicies: Object.fromEntries(policies) });
}

/** A request with the given parts and otherwise ordinary ones. */
export function requestWith(parts: Partial<AuthorizationRequest>): AuthorizationRequest {
  return {
    principal: { type: 'User', id: 'alice' },
    action: { type: 'Action', id: 'view' },
    resource: { type: 'Photo', id: 'beach' },
    context: {},
    ...parts,
  };
}

/** What `permit(principal, action, resource) when { <expression> }` comes to. */
export function outcomeOf(
  expression: string,
  parts: Partial<AuthorizationRequest> = {},
  entities = NO_ENTITIES,
): AuthorizationAnswer['decision'] | 'error' | 'problem' {
  const policies = compileText(`permit(principal, action, resource) when { ${expression} };`);
  const answer = evaluate(policies, requestWith(parts), entities);
  if (answer.problem !== null) return 'problem';
  return answer.erroring.length > 0 ? 'error' : answer.decision;
}
