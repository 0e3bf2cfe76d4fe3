import type { EntityRef } from './entity-ref.ts';
import type { EntityStore } from './entity-store.ts';
import type { Value } from './value.ts';

/** What a compiled policy sees of one request. */
export interface Frame {
  readonly principal: EntityRef;
  readonly action: EntityRef;
  readonly resource: EntityRef;
  /** The context as JSON: converted where and when a policy reads it. */
  readonly context: Readonly<Record<string, unknown>>;
  /** Records directly below the context by `ContextLayout`: null for anything else, undefined until first read. */
  readonly records: (Readonly<Record<string, unknown>> | null | undefined)[];
  readonly entities: EntityStore;
}

/** A compiled expression. @throws {EvaluationError} as Cedar's evaluation does; {RequestProblem} on a bad context */
export type Run = (frame: Frame) => Value;

/** A compiled expression that can only be a boolean. Throws as `Run`. */
export type Test = (frame: Frame) => boolean;
