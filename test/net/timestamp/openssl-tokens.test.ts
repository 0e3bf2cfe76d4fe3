import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyTimestamp } from '../../../net/timestamp/timestamp-verify.ts';
import { REPOSITORY_ROOT } from '../../support/source-files.ts';

const read = (name: string): Uint8Array => readFileSync(join(REPOSITORY_ROOT, 'test/vectors/timestamp', name));
const trustAnchors = [Buffer.from(read('root.pem')).toString()];
const data = read('data');

/** The nonce is the last INTEGER of the request, before the final BOOLEAN. */
function nonceOf(query: Uint8Array): Uint8Array {
  const end = query.length - 3;
  const length = [8, 9].find((count) => query[end - count - 2] === 2 && query[end - count - 1] === count) ?? 0;
  return query.subarray(end - length, end);
}

describe('a token made by OpenSSL', () => {
  it.each(['rsa-sha256', 'rsa-sha512', 'ecdsa-p256', 'ecdsa-p384', 'version1-reference', 'through-issuing'])(
    'verifies when it is %s',
    (name) => {
      const nonce = nonceOf(read(`${name}.tsq`));
      const result = verifyTimestamp(read(`${name}.tsr`), data, { trustAnchors, nonce });
      expect(result).toMatchObject({
        ok: true,
        value: {
          accuracyMs: 1501,
          policy: '1.3.6.1.4.1.32473.1',
          serial: '2',
          subject: `O=Example, CN=Example timestamps ${name}`,
        },
      });
      expect(result.ok && new Date(result.value.timeMs).toISOString()).toMatch(/^2026-11-21T07:39:1\d\.\d{3}Z$/);
    },
  );

  it.each([
    ['sha512-imprint', 'hash_not_sha256'],
    ['refused', 'not_granted'],
    ['no-certificate', 'signer_certificate_missing'],
  ])('is refused when it is %s', (name, code) => {
    const result = verifyTimestamp(read(`${name}.tsr`), data, { trustAnchors });
    expect(result).toMatchObject({ ok: false, problem: { code } });
  });

  it('is refused when it answers another request', () => {
    const nonce = nonceOf(read('rsa-sha512.tsq'));
    const result = verifyTimestamp(read('rsa-sha256.tsr'), data, { trustAnchors, nonce });
    expect(result).toMatchObject({ ok: false, problem: { code: 'nonce_differs' } });
  });
});
