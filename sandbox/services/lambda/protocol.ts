/** What the sandbox hands a worker thread when it starts. */
export interface WorkerStart {
  readonly moduleFile: string;
  readonly exportName: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMb: number;
  readonly logGroupName: string;
  readonly logStreamName: string;
  /** One float64: milliseconds to add to the machine's clock. Shared, so a moved clock is seen at once. */
  readonly clockOffset: SharedArrayBuffer;
}

/** One invocation sent to a worker. */
export interface InvokeMessage {
  readonly id: number;
  readonly requestId: string;
  /** JSON text, so that what a handler gets is what a wire would carry. */
  readonly event: string;
  /** Epoch milliseconds of the sandbox's clock. */
  readonly deadlineMs: number;
  readonly traceId: string;
}

/** A worker's answer to one invocation. */
export interface ResultMessage {
  readonly id: number;
  /** JSON text of the result, or of the error. */
  readonly payload: string;
  readonly failed: boolean;
}
