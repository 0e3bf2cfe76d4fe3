/**
 * Runs inside a worker thread: loads one handler and answers invocations. Kept from the Lambda Node.js runtime: the
 * context object, async and callback handlers, the error shape `{errorType, errorMessage, trace}`, a JSON round trip
 * of event and result, `_X_AMZN_TRACE_ID`. Not kept: response streaming, extensions, the runtime API over HTTP.
 */
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { InvokeMessage, ResultMessage, WorkerStart } from './protocol.ts';

type Callback = (error: unknown, result?: unknown) => void;
type Handler = (event: unknown, context: object, callback: Callback) => unknown;

// The one cast at the thread boundary: only worker-thread.ts starts this file.
const start = workerData as WorkerStart;
const port = parentPort;
if (port === null) throw new Error('expected to run in a worker thread');

useSandboxClock(new Float64Array(start.clockOffset));
const loaded = loadHandler();

port.on('message', (message: InvokeMessage) => {
  void answer(message).then((reply) => port.postMessage(reply));
});

/** Makes `Date` follow the sandbox's clock, so that expiry and signatures agree with it. */
function useSandboxClock(offset: Float64Array): void {
  const MachineDate = Date;
  const now = (): number => Math.trunc(MachineDate.now() + (offset[0] ?? 0));
  globalThis.Date = new Proxy(MachineDate, {
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    apply: () => new MachineDate(now()).toString(),
    get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
  });
}

async function loadHandler(): Promise<Handler> {
  const module: { readonly [name: string]: unknown } = await import(pathToFileURL(start.moduleFile).href);
  const commonJs = module['default'];
  const direct = module[start.exportName];
  const nested =
    typeof commonJs === 'object' && commonJs !== null ? Reflect.get(commonJs, start.exportName) : undefined;
  const handler: unknown = direct ?? nested;
  if (typeof handler !== 'function') throw new HandlerNotFound(`${start.exportName} is undefined or not exported`);
  return (event, context, callback) => Reflect.apply(handler, undefined, [event, context, callback]);
}

async function answer(message: InvokeMessage): Promise<ResultMessage> {
  process.env['_X_AMZN_TRACE_ID'] = message.traceId;
  try {
    const handler = await loaded;
    const result = await run(handler, JSON.parse(message.event), contextOf(message));
    return { id: message.id, payload: JSON.stringify(result ?? null), failed: false };
  } catch (error) {
    return { id: message.id, payload: JSON.stringify(describe(error)), failed: true };
  }
}

function run(handler: Handler, event: unknown, context: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const callback: Callback = (error, result) => {
      if (error === undefined || error === null) resolve(result);
      else reject(error);
    };
    const returned = handler(event, context, callback);
    if (returned !== undefined) Promise.resolve(returned).then(resolve, reject);
  });
}

function contextOf(message: InvokeMessage): object {
  return {
    functionName: start.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: start.functionArn,
    memoryLimitInMB: String(start.memoryMb),
    awsRequestId: message.requestId,
    logGroupName: start.logGroupName,
    logStreamName: start.logStreamName,
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, message.deadlineMs - Date.now()),
  };
}

class HandlerNotFound extends Error {
  override readonly name = 'Runtime.HandlerNotFound';
}

function describe(error: unknown): object {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}
