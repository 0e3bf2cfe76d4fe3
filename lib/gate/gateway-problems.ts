import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';

interface GatewayProblem {
  readonly type: ResponseType;
  readonly status: number;
  readonly code: string;
  readonly title: string;
}

/** What API Gateway answers itself, before any function. Texts name the problem and nothing of the inside. */
const PROBLEMS: readonly GatewayProblem[] = [
  {
    type: ResponseType.BAD_REQUEST_BODY,
    status: 400,
    code: 'body_invalid',
    title: 'the request body is not acceptable',
  },
  {
    type: ResponseType.BAD_REQUEST_PARAMETERS,
    status: 400,
    code: 'parameters_invalid',
    title: 'a parameter is missing or not acceptable',
  },
  { type: ResponseType.UNAUTHORIZED, status: 401, code: 'unauthenticated', title: 'sign in first' },
  { type: ResponseType.ACCESS_DENIED, status: 403, code: 'forbidden', title: 'this caller may not do this' },
  {
    type: ResponseType.AUTHORIZER_FAILURE,
    status: 500,
    code: 'authorizer_failed',
    title: 'the caller could not be identified',
  },
  { type: ResponseType.EXPIRED_TOKEN, status: 403, code: 'token_expired', title: 'the credentials have expired' },
  {
    type: ResponseType.INVALID_SIGNATURE,
    status: 403,
    code: 'signature_invalid',
    title: 'the signature does not fit the request',
  },
  {
    type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
    status: 403,
    code: 'route_or_credentials_missing',
    title: 'no such route, or no credentials',
  },
  { type: ResponseType.RESOURCE_NOT_FOUND, status: 404, code: 'not_found', title: 'no such route' },
  { type: ResponseType.REQUEST_TOO_LARGE, status: 413, code: 'too_large', title: 'the request is too large' },
  { type: ResponseType.UNSUPPORTED_MEDIA_TYPE, status: 415, code: 'media_type_unsupported', title: 'send JSON' },
  { type: ResponseType.THROTTLED, status: 429, code: 'throttled', title: 'too many requests; wait and try again' },
  { type: ResponseType.QUOTA_EXCEEDED, status: 429, code: 'quota_exceeded', title: 'the quota is used up' },
  { type: ResponseType.WAF_FILTERED, status: 403, code: 'filtered', title: 'the request was filtered' },
  {
    type: ResponseType.INTEGRATION_TIMEOUT,
    status: 504,
    code: 'timed_out',
    title: 'no answer in time; repeat with the same idempotency key',
  },
  {
    type: ResponseType.INTEGRATION_FAILURE,
    status: 504,
    code: 'unavailable',
    title: 'no answer; repeat with the same idempotency key',
  },
];

/**
 * Makes API Gateway's own answers problem documents like the functions' (RFC 9457).
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
export function addGatewayProblems(api: RestApi): void {
  for (const problem of PROBLEMS) {
    api.addGatewayResponse(`Problem-${problem.code}`, {
      type: problem.type,
      statusCode: String(problem.status),
      responseHeaders: { 'Content-Type': "'application/problem+json'", 'Cache-Control': "'no-store'" },
      templates: {
        'application/json': JSON.stringify({
          type: 'about:blank',
          title: problem.title,
          status: problem.status,
          code: problem.code,
          // Substituted by API Gateway.
          instance: 'urn:request:$context.requestId',
        }),
      },
    });
  }
}
