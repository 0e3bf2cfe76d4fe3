import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { MAX_BODY_BYTES, MAX_BODY_DEPTH, parseBody, pathId, ReasonSchema } from '../../../lambdas/shared/body.ts';
import { apiEvent } from '../../support/api-event.ts';

const Schema = v.strictObject({ reason: ReasonSchema, params: v.optional(v.record(v.string(), v.unknown())) });
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const withParam = (json: string): string => `{"reason":"r","params":{"x":${json}}}`;

describe('parseBody', () => {
  it('returns the parsed value when it fits the schema', () => {
    expect(parseBody(apiEvent({ body: { reason: ' because ' } }), Schema)).toEqual({ reason: 'because' });
  });

  it.each([
    ['nothing', ''],
    ['no json', '{"reason":'],
    ['two values', '{} {}'],
    ['an infinite number', withParam('1e999')],
    ['a lone surrogate', withParam('"\\ud800"')],
    ['a magic member', withParam('{"__proto__":{"admin":true}}')],
    ['too deep nesting', withParam(nested(MAX_BODY_DEPTH))],
  ])('answers 400 malformed_body when it gets %s', (_what, rawBody) => {
    expect(() => parseBody(apiEvent({ rawBody }), Schema)).toThrow(
      expect.objectContaining({ status: 400, code: 'malformed_body' }),
    );
  });

  it.each([
    ['an unknown field', { reason: 'r', tier: 0 }],
    ['a missing field', {}],
    ['a wrong type', { reason: 7 }],
    ['an array', []],
    ['an empty reason', { reason: '   ' }],
    ['a reason with control characters', { reason: 'a\u0007b' }],
    ['a reason that turns text around', { reason: 'a\u202eb' }],
    ['a long reason', { reason: 'x'.repeat(501) }],
  ])('answers 400 invalid_body and names the fault when it gets %s', (_what, body) => {
    expect(() => parseBody(apiEvent({ body }), Schema)).toThrow(
      expect.objectContaining({ status: 400, code: 'invalid_body', message: expect.stringContaining('expected') }),
    );
  });

  it('answers 413 when the body is larger than the limit', () => {
    const rawBody = JSON.stringify({ reason: 'x'.repeat(MAX_BODY_BYTES) });
    expect(() => parseBody(apiEvent({ rawBody }), Schema)).toThrow(
      expect.objectContaining({ status: 413, code: 'body_too_large' }),
    );
  });

  it('answers 400 when base64 hides bytes that are no utf-8', () => {
    const event = { ...apiEvent(), body: Buffer.from([0xff, 0xfe]).toString('base64'), isBase64Encoded: true };
    expect(() => parseBody(event, Schema)).toThrow(expect.objectContaining({ code: 'malformed_body' }));
  });
});

describe('pathId', () => {
  it('decodes the parameter when it is an id', () => {
    expect(pathId(apiEvent({ pathParameters: { id: '111122223333%3Aagent' } }))).toBe('111122223333:agent');
  });

  it.each(['', 'a b', 'a%00b', '%', 'ä', 'x'.repeat(129)])('answers 400 when the parameter is `%s`', (id) => {
    expect(() => pathId(apiEvent({ pathParameters: { id } }))).toThrow(
      expect.objectContaining({ code: 'invalid_path' }),
    );
  });
});
