import * as asn1js from 'asn1js';
import { Extension } from 'pkijs';
import { describe, expect, it } from 'vitest';
import type { TimestampProblemCode } from '../../../net/timestamp/timestamp-problem.ts';
import { type TimestampExpectations, verifyTimestamp } from '../../../net/timestamp/timestamp-verify.ts';
import { rejectedReply } from '../../../sandbox/timestamp-authority/timestamp-token.ts';
import { DATA, imprintOf, makeToken, type Variation } from '../../support/timestamps.ts';

/** A row of a table: what is wrong, how, and the code of the refusal. */
type Wrong = readonly [string, Variation, TimestampProblemCode];

function codeOf(token: Uint8Array, expected: TimestampExpectations): string {
  const result = verifyTimestamp(token, DATA, expected);
  return result.ok ? 'verified' : result.problem.code;
}

const { token, expected } = makeToken();

describe('a reply is refused', () => {
  it.each<Wrong>([
    ['imprint is that of other data', { info: (info) => setImprint(info, Buffer.from('other')) }, 'imprint_differs'],
    [
      'imprint is by SHA-512',
      { info: (info) => setImprint(info, DATA, 'sha512', '2.16.840.1.101.3.4.2.3') },
      'hash_not_sha256',
    ],
    ['imprint is by SHA-1', { info: (info) => setImprint(info, DATA, 'sha1', '1.3.14.3.2.26') }, 'hash_not_sha256'],
    [
      'nonce is another',
      {
        info: (info) => {
          info.nonce = asn1js.Integer.fromBigInt(7);
        },
      },
      'nonce_differs',
    ],
    [
      'nonce is absent',
      {
        info: (info) => {
          delete info.nonce;
        },
      },
      'nonce_differs',
    ],
    [
      'policy is another',
      {
        info: (info) => {
          info.policy = '1.3.6.1.4.1.32473.8';
        },
      },
      'policy_not_accepted',
    ],
    [
      'version is another',
      {
        info: (info) => {
          info.version = 2;
        },
      },
      'malformed',
    ],
    [
      'extension is critical and unknown',
      {
        info: (info) => {
          info.extensions = [new Extension({ extnID: '1.2.3', critical: true, extnValue: new ArrayBuffer(2) })];
        },
      },
      'malformed',
    ],
    ['content has a byte after it', { infoBytes: (info) => Buffer.concat([info, Buffer.of(0)]) }, 'trailing_bytes'],
  ])('when its %s', (_name, variation, code) => {
    const made = makeToken(variation);
    expect(codeOf(made.token, made.expected)).toBe(code);
  });

  it.each<Wrong>([
    ['signers are two', { envelope: ({ signerInfos }) => signerInfos.push(...signerInfos) }, 'malformed'],
    ['signers are none', { envelope: ({ signerInfos }) => signerInfos.splice(0) }, 'malformed'],
    [
      'content is something else',
      {
        envelope: ({ encapContentInfo }) => {
          encapContentInfo.eContentType = '1.2.840.113549.1.7.1';
        },
      },
      'malformed',
    ],
    [
      'token is missing',
      {
        envelope: (_signed, reply) => {
          delete reply.timeStampToken;
        },
      },
      'malformed',
    ],
    ['certificates are too many', { certificates: ([signer]) => (signer ? Array(17).fill(signer) : []) }, 'malformed'],
  ])('when its %s', (_name, variation, code) => {
    const made = makeToken(variation);
    expect(codeOf(made.token, made.expected)).toBe(code);
  });

  it.each([0, 2, 5, 15, 16])('as not granted when the authority says failure %i', (failure) => {
    expect(codeOf(rejectedReply(failure), expected)).toBe('not_granted');
  });

  it.each<[string, Uint8Array, TimestampProblemCode]>([
    ['empty', new Uint8Array(), 'malformed'],
    ['text', Buffer.from('<html>'), 'malformed'],
    ['cut short', token.subarray(0, -1), 'malformed'],
    ['followed by a byte', Buffer.concat([token, Buffer.of(0)]), 'trailing_bytes'],
    ['followed by itself', Buffer.concat([token, token]), 'trailing_bytes'],
    ['of indefinite length', Buffer.concat([Buffer.of(0x30, 0x80), token.subarray(4), Buffer.alloc(2)]), 'malformed'],
    ['longer than any token', new Uint8Array(65_537), 'malformed'],
    ['nothing but nesting', Buffer.concat(Array(40).fill(Buffer.of(0x30, 0x7f))), 'malformed'],
  ])('when it is %s', (_name, bytes, code) => {
    expect(codeOf(bytes, expected)).toBe(code);
  });

  it.each<[string, readonly string[]]>([
    ['there are none', []],
    ['one text is empty', [...expected.trustAnchors, '']],
    ['one is no certificate', ['-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n']],
  ])('when of the anchors %s', (_name, trustAnchors) => {
    expect(codeOf(token, { ...expected, trustAnchors })).toBe('trust_anchor_unreadable');
  });

  it('when no policy is accepted', () => {
    expect(codeOf(token, { ...expected, policies: [] })).toBe('policy_not_accepted');
  });
});

function setImprint(info: { messageImprint: unknown }, ...imprint: Parameters<typeof imprintOf>): void {
  info.messageImprint = imprintOf(...imprint);
}
