import { compilePolicySet } from '../../../../core/gate/cedar/compile-policy-set.ts';
import { evaluate } from '../../../../core/gate/cedar/evaluate.ts';
import { loadEntities } from '../../../../core/gate/cedar/load-entities.ts';
import type { CedarCase } from './arbitrary/cases.ts';
import { type ComparableAnswer, officialAnswer } from './official.ts';

/** Both engines' answers to one request. */
export interface AnswerPair {
  readonly compiled: ComparableAnswer | { readonly refused: string };
  readonly official: ComparableAnswer | { readonly refused: string };
}

/** Answers every request of a generated case with both engines. They agree when each pair is deeply equal. */
export function answerWithBoth({ policies, entities, requests }: CedarCase): AnswerPair[] {
  const compiled = compilePolicySet(policies);
  const store = loadEntities(entities);
  return requests.map((request) => {
    const answer = evaluate(compiled, request, store);
    return {
      compiled:
        answer.problem === null
          ? {
              decision: answer.decision,
              determining: answer.determining.toSorted(),
              erroring: answer.erroring.map((failure) => failure.policyId).toSorted(),
            }
          : { refused: answer.problem.message },
      official: officialAnswer(policies, entities, request),
    };
  });
}
