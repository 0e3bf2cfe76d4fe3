import type { APIGatewayProxyResult } from 'aws-lambda';

/** Thrown to end a request with an RFC 9457 problem; `code` is stable, `detail` is safe to show. */
export class HttpProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly extra: object;

  constructor(status: number, code: string, detail: string, extra: object = {}) {
    super(detail);
    this.status = status;
    this.code = code;
    this.extra = extra;
  }
}

const TITLES: { readonly [status: number]: string } = {
  400: 'Bad request',
  403: 'Forbidden',
  404: 'Not found',
  409: 'Conflict',
  410: 'Gone',
  413: 'Content too large',
  422: 'Unprocessable content',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Temporarily unavailable',
};

/** A JSON reply that no cache keeps. */
export function json(status: number, body: object, headers: Record<string, string> = {}): APIGatewayProxyResult {
  return {
    statusCode: status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  };
}

/**
 * A problem reply.
 *
 * @param code stable, machine-readable
 * @param detail for people: lower-case, without internals
 * @see RFC 9457
 */
export function problem(status: number, code: string, detail: string, extra: object = {}): APIGatewayProxyResult {
  return json(
    status,
    { type: `urn:countersign:problem:${code}`, title: TITLES[status] ?? 'Error', status, detail, code, ...extra },
    { 'content-type': 'application/problem+json' },
  );
}
