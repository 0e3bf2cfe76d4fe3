import type { JsonObject, JsonValue } from '../../../core/json.ts';

/** Where a flow of control stands within its current state. Times are epoch milliseconds. */
export type Phase =
  | { readonly kind: 'enter' }
  | { readonly kind: 'task'; readonly arguments: JsonValue; readonly timeoutAtMs: number }
  | {
      readonly kind: 'callback';
      readonly arguments: JsonValue;
      readonly timeoutAtMs: number;
      /** True once the function that hands the token on has returned. */
      readonly submitted: boolean;
      readonly heartbeatSeconds?: number;
      readonly heartbeatAtMs?: number;
    }
  | { readonly kind: 'wait'; readonly untilMs: number }
  | { readonly kind: 'retry'; readonly untilMs: number }
  | { readonly kind: 'children' };

/** One flow of control: the machine's own, a Parallel's branch or a Map's iteration. */
export interface Thread {
  readonly id: number;
  /** Absent for the machine's own. */
  readonly parent?: { readonly id: number; readonly slot: number };
  /** The states and flow indexes that lead to this thread's flow. */
  readonly scope: readonly { readonly state: string; readonly flow: number }[];
  readonly mapItem?: { readonly index: number; readonly value: JsonValue };
  state: string;
  input: JsonValue;
  variables: JsonObject;
  enteredAtMs: number;
  /** Counts attempts over the thread's life, so that a late answer to an earlier one is told apart. */
  attempt: number;
  /** Retries made in this state, by retrier. */
  retries: number[];
  phase: Phase;
  /** Inputs of children not yet started and results of those that ended, by slot. */
  children?: {
    readonly inputs: readonly JsonValue[];
    /** A Map's items, where its inputs differ from them. */
    readonly items?: readonly JsonValue[];
    started: number;
    results: { [slot: string]: JsonValue };
  };
}

/** Status as `DescribeExecution` shows it. */
export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** Everything needed to go on after a restart. */
export interface Snapshot {
  readonly name: string;
  readonly input: JsonValue;
  readonly startedAtMs: number;
  /** SHA-256 of the definition this execution runs. */
  readonly definitionHash: string;
  status: ExecutionStatus;
  stoppedAtMs?: number;
  output?: JsonValue;
  error?: string;
  cause?: string;
  nextThreadId: number;
  threads: Thread[];
}

/** One event of the history, as `GetExecutionHistory` returns it. */
export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  /** Epoch seconds. */
  readonly timestamp: number;
  readonly type: string;
  readonly [details: string]: JsonValue;
}
