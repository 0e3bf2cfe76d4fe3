import type { CompiledPolicySet } from './compile-policy-set.ts';
import { EntityRef, isEntityTypeName } from './entity-ref.ts';
import type { EntityStore } from './entity-store.ts';
import { EvaluationError, RequestProblem, type RequestProblemCode } from './errors.ts';
import type { Frame } from './frame.ts';
import { isObject } from './json.ts';
import { isPlainRecord, objectForm, toCheckedValue } from './json-value.ts';

/** An entity's uid in JSON. */
export interface EntityUid {
  readonly type: string;
  readonly id: string;
}

/** What is asked. The context is JSON whose integers are numbers, or bigints where a number is not exact, and it is read without a schema: explicit `__entity` and `__extn` escapes only. */
export interface AuthorizationRequest {
  readonly principal: EntityUid;
  readonly action: EntityUid;
  readonly resource: EntityUid;
  readonly context: Readonly<Record<string, unknown>>;
}

/** A policy that could not be evaluated and was skipped, as Cedar does. */
export interface PolicyFailure {
  readonly policyId: string;
  readonly message: string;
}

/** Cedar's answer. */
export interface AuthorizationAnswer {
  readonly decision: 'allow' | 'deny';
  /** The forbid policies that hold, or when there are none the permit policies, in the order of the policy set. */
  readonly determining: readonly string[];
  readonly erroring: readonly PolicyFailure[];
  /** Why the request could not be decided; the decision is then `deny` and both lists are empty. Else null. */
  readonly problem: RequestProblem | null;
}

const NO_IDS: readonly string[] = Object.freeze([]);
const NO_FAILURES: readonly PolicyFailure[] = Object.freeze([]);

/**
 * Decides a request as Cedar does: allow when a permit policy holds and no forbid policy does; a policy that errors is
 * skipped and listed.
 *
 * Never throws for a bad request. Where Cedar refuses to answer (a malformed uid, a context that is no record or has a
 * value no Cedar value can be made of) the answer is `deny` with a `problem`. The context is converted where policies
 * read it, so a bad value that no policy reads goes unnoticed: `checkContext` looks at all of it.
 */
export function evaluate(
  policies: CompiledPolicySet,
  request: AuthorizationRequest,
  entities: EntityStore,
): AuthorizationAnswer {
  try {
    return decide(policies, frameOf(policies, request, entities));
  } catch (error) {
    if (error instanceof RequestProblem)
      return { decision: 'deny', determining: NO_IDS, erroring: NO_FAILURES, problem: error };
    throw error;
  }
}

/** Reads a whole context and returns what is wrong with it, or null: for the edge where a request comes in. */
export function checkContext(context: unknown): RequestProblem | null {
  try {
    checkRecord(context);
    toCheckedValue(context);
    return null;
  } catch (error) {
    if (error instanceof RequestProblem) return error;
    throw error;
  }
}

function frameOf(policies: CompiledPolicySet, request: AuthorizationRequest, entities: EntityStore): Frame {
  const { principal, action, resource, context } = request;
  checkRecord(context);
  return {
    principal: readUid(principal, 'malformed_principal'),
    action: readUid(action, 'malformed_action'),
    resource: readUid(resource, 'malformed_resource'),
    context,
    records: new Array(policies.layout.size),
    entities,
  };
}

function readUid(uid: EntityUid, code: RequestProblemCode): EntityRef {
  if (typeof uid?.type !== 'string' || typeof uid.id !== 'string' || !isEntityTypeName(uid.type)) {
    throw new RequestProblem(code, 'expected `{ type, id }` with an entity type name');
  }
  return new EntityRef(uid.type, uid.id);
}

function checkRecord(context: unknown): void {
  if (!isObject(context) || (!isPlainRecord(context) && objectForm(context).form !== 'record')) {
    throw new RequestProblem('malformed_context', 'expected the context as a record');
  }
}

function decide(policies: CompiledPolicySet, frame: Frame): AuthorizationAnswer {
  let permitting = NO_IDS;
  let forbidding = NO_IDS;
  let erroring = NO_FAILURES;
  for (const policy of policies.index.candidates(frame.action, frame.entities)) {
    try {
      if (!policy.test(frame)) continue;
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      erroring = [...erroring, { policyId: policy.id, message: error.message }];
      continue;
    }
    if (policy.effect === 'permit') permitting = joined(permitting, policy.ids);
    else forbidding = joined(forbidding, policy.ids);
  }
  const isForbidden = forbidding.length > 0;
  return {
    decision: !isForbidden && permitting.length > 0 ? 'allow' : 'deny',
    determining: isForbidden ? forbidding : permitting,
    erroring,
    problem: null,
  };
}

/** Allocates only from the second id on: most decisions have one determining policy. */
function joined(ids: readonly string[], more: readonly string[]): readonly string[] {
  return ids.length === 0 ? more : [...ids, ...more];
}
