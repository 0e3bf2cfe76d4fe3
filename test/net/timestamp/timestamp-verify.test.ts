import { createHash } from 'node:crypto';
import * as asn1js from 'asn1js';
import { Extension } from 'pkijs';
import { describe, expect, it } from 'vitest';
import { verifyTimestamp } from '../../../net/timestamp/timestamp-verify.ts';
import { attribute } from '../../../sandbox/timestamp-authority/timestamp-token.ts';
import {
  DATA,
  type KeyKind,
  keyFor,
  type MadeToken,
  makeToken,
  POLICY,
  signerExtensions,
  TIME_MS,
  type Variation,
} from '../../support/timestamps.ts';

const verify = ({ token, expected }: MadeToken) => verifyTimestamp(token, DATA, expected);
const statement = { timeMs: TIME_MS, accuracyMs: 2006, policy: POLICY, serial: '1267', subject: 'CN=signer' };

describe('a timestamp', () => {
  it.each<[KeyKind, 'sha256' | 'sha384' | 'sha512']>([
    ['p256', 'sha256'],
    ['p256', 'sha512'],
    ['p384', 'sha384'],
    ['rsa2048', 'sha256'],
    ['rsa2048', 'sha512'],
  ])('says what it states when it is signed by %s over %s', (kind, digest) => {
    const key = keyFor('signer', kind);
    expect(verify(makeToken({ signer: { key }, tokenSigner: { key, digest } }))).toEqual({
      ok: true,
      value: statement,
    });
  });

  it('says nothing of accuracy when the authority states none', () => {
    const { accuracyMs: _, ...rest } = statement;
    const token = makeToken({
      info: (info) => {
        delete info.accuracy;
      },
    });
    expect(verify(token)).toEqual({ ok: true, value: rest });
  });

  it.each<[string, Variation]>([
    ['leads to the anchor through another authority', { issuing: {} }],
    [
      'is signed under the plain identifier of RSA',
      {
        signer: { key: keyFor('signer', 'rsa2048') },
        tokenSigner: { key: keyFor('signer', 'rsa2048') },
        envelope: ({ signerInfos: [signer] }) => {
          if (signer !== undefined) signer.signatureAlgorithm.algorithmId = '1.2.840.113549.1.1.1';
        },
      },
    ],
    [
      'names its signer by key identifier',
      {
        signer: { extensions: [...signerExtensions(), keyIdentifier('0102030405')] },
        envelope: ({ signerInfos: [signer] }) => {
          if (signer === undefined) return;
          signer.version = 3;
          signer.sid = new asn1js.Primitive({
            idBlock: { tagClass: 3, tagNumber: 0 },
            valueHex: new Uint8Array(Buffer.from('0102030405', 'hex')),
          });
        },
      },
    ],
    [
      'refers to its certificate in the first version too',
      { attributes: (usual, { certificate }) => [...usual, firstReference(certificate)] },
    ],
    [
      'is granted with modifications that are none of what was asked',
      {
        envelope: (_signed, reply) => {
          reply.status.status = 1;
        },
      },
    ],
    [
      'is signed by a certificate without a key usage',
      { signer: { extensions: signerExtensions().filter(({ extnID }) => extnID !== '2.5.29.15') } },
    ],
  ])('verifies when it %s', (_name, variation) => {
    expect(verify(makeToken(variation))).toEqual({ ok: true, value: statement });
  });

  it('verifies without a nonce and for any policy when neither is expected', () => {
    const { token, expected } = makeToken();
    const { trustAnchors } = expected;
    expect(verifyTimestamp(token, DATA, { trustAnchors })).toEqual({ ok: true, value: statement });
  });

  it('verifies when its anchor is one of several in a text', () => {
    const { token, expected } = makeToken();
    const others = makeToken({ root: { key: keyFor('another root') } }).expected.trustAnchors;
    const trustAnchors = [[...others, ...expected.trustAnchors].join('# of two authorities\n')];
    expect(verifyTimestamp(token, DATA, { ...expected, trustAnchors })).toEqual({ ok: true, value: statement });
  });
});

function keyIdentifier(hex: string): Extension {
  const valueHex = new Uint8Array(Buffer.from(hex, 'hex'));
  return new Extension({
    extnID: '2.5.29.14',
    critical: false,
    extnValue: new asn1js.OctetString({ valueHex }).toBER(),
  });
}

function firstReference(certificate: Uint8Array) {
  const valueHex = new Uint8Array(createHash('sha1').update(certificate).digest());
  const reference = new asn1js.Sequence({ value: [new asn1js.OctetString({ valueHex })] });
  const value = new asn1js.Sequence({ value: [new asn1js.Sequence({ value: [reference] })] });
  return attribute('1.2.840.113549.1.9.16.2.12', value);
}
