import { createHash } from 'node:crypto';
import { TimeStampReq } from 'pkijs';
import { describe, expect, it } from 'vitest';
import { isStrictDer } from '../../../net/timestamp/strict-der.ts';
import { timestampRequest } from '../../../net/timestamp/timestamp-request.ts';
import { DATA } from '../../support/timestamps.ts';

const hexNonce = 'ff00000000000001';
const nonce = Buffer.from(hexNonce, 'hex');

describe('a timestamp request', () => {
  it('is these bytes when it asks for a policy', () => {
    const hash = createHash('sha256').update(DATA).digest('hex');
    const request = timestampRequest({ data: DATA, nonce, policy: '1.3.6.1.4.1.32473.7' });
    expect(Buffer.from(request).toString('hex')).toBe(
      [
        '304f',
        '020101',
        '3031300d060960864801650304020105000420',
        hash,
        '06092b0601040181fd5907',
        `020900${hexNonce}`,
        '0101ff',
      ].join(''),
    );
  });

  it('asks for the certificate and any policy when none is named', () => {
    const request = timestampRequest({ data: DATA, nonce });
    expect(isStrictDer(request)).toBe(true);
    const { certReq, reqPolicy, nonce: number } = TimeStampReq.fromBER(new Uint8Array(request));
    expect([certReq, reqPolicy, number?.toBigInt()]).toEqual([true, undefined, 0xff00000000000001n]);
  });

  it('throws when the nonce is short', () => {
    expect(() => timestampRequest({ data: DATA, nonce: nonce.subarray(1) })).toThrow(
      'expected a nonce of 8 bytes or more, got `7`',
    );
  });
});
