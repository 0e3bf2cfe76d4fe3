/** What was wrong with something that is loaded once: a policy set, entities or a schema. */
export type CedarInputCode = 'malformed_policy_set' | 'malformed_entities' | 'malformed_schema' | 'malformed_json';

/** Thrown when a policy set, entities or a schema cannot be loaded. Never thrown while a request is decided. */
export class CedarInputError extends Error {
  override readonly name = 'CedarInputError';
  readonly code: CedarInputCode;

  constructor(code: CedarInputCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Why one policy could not be evaluated. Cedar skips such a policy and lists it. */
export type EvaluationCode =
  | 'type_error'
  | 'attribute_missing'
  | 'tag_missing'
  | 'entity_missing'
  | 'overflow'
  | 'extension_error'
  | 'wrong_arity';

/**
 * Thrown inside a compiled policy and caught by `evaluate`. Deliberately not an `Error`: a policy that errors on every
 * request must not pay for a stack trace each time.
 */
export class EvaluationError {
  readonly code: EvaluationCode;
  readonly message: string;

  constructor(code: EvaluationCode, message: string) {
    this.code = code;
    this.message = message;
  }
}

/** Why a request could not be decided at all. */
export type RequestProblemCode =
  | 'malformed_principal'
  | 'malformed_action'
  | 'malformed_resource'
  | 'malformed_context';

/** A request no policy may answer: the decision is `deny`. Thrown inside the evaluator, returned by `evaluate`. */
export class RequestProblem {
  readonly code: RequestProblemCode;
  readonly message: string;

  constructor(code: RequestProblemCode, message: string) {
    this.code = code;
    this.message = message;
  }
}
