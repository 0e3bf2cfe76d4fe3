import { asList, asRecord } from '../lambda/template-values.ts';
import type { InvokeResult } from '../lambda/worker-thread.ts';
import { GatewayError } from './gateway-error.ts';
import type { HttpReply } from './http-message.ts';

/** What a proxy integration's function may not set: the gateway's own. */
const OWN_HEADERS: ReadonlySet<string> = new Set(['connection', 'content-length', 'transfer-encoding', 'keep-alive']);

/**
 * Turns a function's result into the HTTP reply.
 *
 * @throws {GatewayError} 502 when the function failed or its result is not a proxy reply
 */
export function proxyReply(result: InvokeResult): HttpReply {
  if (result.functionError !== undefined) throw malformed();
  const parsed: unknown = JSON.parse(result.payload);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw malformed();
  const reply = asRecord(parsed, 'reply');
  const status = Number(reply['statusCode']);
  const body = reply['body'] ?? '';
  if (!Number.isInteger(status) || status < 100 || status > 599 || typeof body !== 'string') throw malformed();
  return {
    status,
    headers: headersOf(reply['headers'], reply['multiValueHeaders']),
    // Without binary media types, which the app does not declare, API Gateway passes base64 text on as it is.
    body,
  };
}

function headersOf(single: unknown, multi: unknown): HttpReply['headers'] {
  const headers = new Map<string, readonly (readonly [string, string])[]>([
    ['content-type', [['Content-Type', 'application/json']]],
  ]);
  try {
    for (const [name, value] of Object.entries(asRecord(single, 'headers'))) {
      headers.set(name.toLowerCase(), [[name, scalar(value)]]);
    }
    for (const [name, values] of Object.entries(asRecord(multi, 'multiValueHeaders'))) {
      headers.set(
        name.toLowerCase(),
        asList(values, name).map((value) => [name, scalar(value)] as const),
      );
    }
  } catch {
    throw malformed();
  }
  return [...headers].filter(([name]) => !OWN_HEADERS.has(name)).flatMap(([, pairs]) => pairs);
}

function scalar(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw malformed();
}

function malformed(): GatewayError {
  return new GatewayError('DEFAULT_5XX', 'Internal server error');
}
