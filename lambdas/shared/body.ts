import type { APIGatewayProxyEvent } from 'aws-lambda';
import * as v from 'valibot';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { HttpProblem } from './problem.ts';

/** Largest request body, bytes. */
export const MAX_BODY_BYTES = 64 * 1024;
/** Deepest nesting of a body. */
export const MAX_BODY_DEPTH = 16;

/** Text people or agents choose as an id: printable ASCII without spaces, so that no two ids look alike. */
export const IdSchema = v.pipe(
  v.string(),
  v.regex(/^[\x21-\x7e]{1,128}$/, 'expected 1 to 128 printable ascii characters'),
);

/** Any JSON object. What is in it was checked for canonical form before. */
export const JsonObjectSchema = v.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'expected an object',
);

/** A reason a person or agent gives: 1 to 500 characters, no control characters. */
export const ReasonSchema = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1, 'expected a reason, got nothing'),
  v.maxLength(500, 'expected at most 500 characters'),
  v.check((text) => !/\p{Cc}|\p{Cf}|\p{Cs}/u.test(text), 'expected no control or invisible characters'),
);

/**
 * Reads a request's JSON body, once, and checks it against a schema.
 *
 * @throws {HttpProblem} 400 `malformed_body` or `invalid_body` naming each fault, 413 `body_too_large`
 */
export function parseBody<Schema extends v.GenericSchema>(
  event: APIGatewayProxyEvent,
  schema: Schema,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, parseJson(bodyText(event)));
  if (parsed.success) return parsed.output;
  const faults = parsed.issues.map((issue) => ({ path: v.getDotPath(issue) ?? '', fault: faultText(issue) }));
  throw new HttpProblem(
    400,
    'invalid_body',
    faults.map(({ path, fault }) => `${path || 'body'}: ${fault}`).join('; '),
    {
      faults,
    },
  );
}

/**
 * A path parameter that must be an id.
 *
 * @throws {HttpProblem} 400 `invalid_path`
 */
export function pathId(event: APIGatewayProxyEvent, name = 'id'): string {
  const parsed = v.safeParse(IdSchema, decode(event.pathParameters?.[name] ?? ''));
  if (!parsed.success)
    throw new HttpProblem(400, 'invalid_path', `expected \`${name}\` to be 1 to 128 printable ascii characters`);
  return parsed.output;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

function bodyText(event: APIGatewayProxyEvent): string {
  const bytes = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.byteLength > MAX_BODY_BYTES) {
    throw new HttpProblem(
      413,
      'body_too_large',
      `expected at most ${MAX_BODY_BYTES} bytes, got \`${bytes.byteLength}\``,
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw malformed('expected utf-8 text');
  }
}

function parseJson(text: string): JsonValue {
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed('expected json, got something else');
  }
  checkTree(value, 0);
  return value;
}

/** Refuses what has no canonical form or could hide in it: deep nesting, non-finite numbers, lone surrogates, magic keys. */
function checkTree(value: JsonValue, depth: number): void {
  if (depth > MAX_BODY_DEPTH) throw malformed(`expected at most ${MAX_BODY_DEPTH} levels of nesting`);
  if (typeof value === 'number' && !Number.isFinite(value)) throw malformed('expected finite numbers');
  if (typeof value === 'string' && !value.isWellFormed()) throw malformed('expected well-formed unicode');
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    if (key === '__proto__' || !key.isWellFormed()) throw malformed('expected ordinary member names');
    checkTree(member, depth + 1);
  }
}

function malformed(detail: string): HttpProblem {
  return new HttpProblem(400, 'malformed_body', detail);
}

function faultText(issue: v.BaseIssue<unknown>): string {
  return issue.message.startsWith('expected')
    ? issue.message
    : `expected ${issue.expected ?? 'another value'}, got \`${issue.received}\``;
}
