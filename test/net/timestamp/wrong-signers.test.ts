import { createHash } from 'node:crypto';
import * as asn1js from 'asn1js';
import { type Attribute, Certificate, Extension } from 'pkijs';
import { describe, expect, it } from 'vitest';
import type { TimestampProblemCode } from '../../../net/timestamp/timestamp-problem.ts';
import { verifyTimestamp } from '../../../net/timestamp/timestamp-verify.ts';
import {
  authorityExtension,
  issueCertificate,
  KEY_USES,
  keyPurposesExtension,
  keyUsageExtension,
} from '../../../sandbox/timestamp-authority/issue-certificate.ts';
import { attribute, certificateReference } from '../../../sandbox/timestamp-authority/timestamp-token.ts';
import {
  authorityExtensions,
  DATA,
  DAY_MS,
  keyFor,
  makeToken,
  signerExtensions,
  TIME_MS,
  TIME_STAMPING,
  type Variation,
} from '../../support/timestamps.ts';

/** Rows of tables: what is wrong, how, and a part of the message. */
type Wrong = [string, Variation];
type WrongAs = [string, Variation, string];

const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
const CONTENT_TYPE = '1.2.840.113549.1.9.3';
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const REFERENCE = '1.2.840.113549.1.9.16.2.47';
const FIRST_REFERENCE = '1.2.840.113549.1.9.16.2.12';

const before = new Date(TIME_MS - 1);
const after = new Date(TIME_MS + 1000);

/** Somebody else's certificate under the signer's name, number and issuer. */
const impostor = issueCertificate({
  commonName: 'signer',
  serial: 6,
  key: keyFor('impostor'),
  issuer: { commonName: 'root', key: keyFor('root') },
  notBefore: new Date(TIME_MS - DAY_MS),
  notAfter: new Date(TIME_MS + DAY_MS),
  extensions: signerExtensions(),
});

const replaced =
  (type: string, ...values: readonly asn1js.BaseBlock[]) =>
  (usual: readonly Attribute[]): readonly Attribute[] => [
    ...usual.filter((item) => item.type !== type),
    ...values.map((value) => attribute(type, value)),
  ];

const usage = (...extensions: Extension[]): Variation => ({
  signer: { extensions: [authorityExtension(false), ...extensions] },
});

const digital = keyUsageExtension(KEY_USES.digitalSignature);
const purposes = keyPurposesExtension([TIME_STAMPING]);
const unknownCritical = new Extension({ extnID: '2.5.29.30', critical: true, extnValue: new ArrayBuffer(2) });

function expectRefusal(variation: Variation, code: TimestampProblemCode, message = ''): void {
  const { token, expected } = makeToken(variation);
  const result = verifyTimestamp(token, DATA, expected);
  expect(result).toMatchObject({ ok: false, problem: { code, message: expect.stringContaining(message) } });
}

describe('a token', () => {
  it.each<Wrong>([
    ['it holds no certificate', { certificates: () => [] }],
    ['it holds another certificate alone', { certificates: () => [issued('somebody')] }],
  ])('is refused as without its signer when %s', (_name, variation) => {
    expectRefusal(variation, 'signer_certificate_missing');
  });

  it.each<Wrong>([
    ['the certificate is an impostor’s', { certificates: () => [impostor] }],
    ['the reference is missing', { attributes: replaced(REFERENCE) }],
    ['the reference is to another certificate', { attributes: replaced(REFERENCE, certificateReference(impostor)) }],
    ['the reference is there twice', { attributes: (usual) => [...usual, ...usual.slice(2)] }],
    ['the reference is no sequence', { attributes: replaced(REFERENCE, new asn1js.Null()) }],
    ['the reference names another number', { attributes: (usual, { certificate }) => numbered(usual, certificate, 7) }],
    [
      'the first reference is to another certificate',
      { attributes: (usual) => [...usual, attribute(FIRST_REFERENCE, certificateReference(impostor))] },
    ],
  ])('is refused as bound to another certificate when %s', (_name, variation) => {
    expectRefusal(variation, 'signing_certificate_differs');
  });

  it('verifies when the reference names the number of the certificate', () => {
    const { token, expected } = makeToken({ attributes: (usual, { certificate }) => numbered(usual, certificate, 6) });
    expect(verifyTimestamp(token, DATA, expected)).toMatchObject({ ok: true });
  });

  it.each<WrongAs>([
    ['another key signed', { tokenSigner: { key: keyFor('impostor') } }, 'to verify'],
    ['the digest of another content is signed', { attributes: replaced(MESSAGE_DIGEST, octets(32)) }, 'digest'],
    ['no digest is signed', { attributes: replaced(MESSAGE_DIGEST) }, 'digest'],
    ['no content type is signed', { attributes: replaced(CONTENT_TYPE) }, 'content type'],
    [
      'another content type is signed',
      { attributes: replaced(CONTENT_TYPE, new asn1js.ObjectIdentifier({ value: '1.2.840.113549.1.7.1' })) },
      'content type',
    ],
  ])('is refused as wrongly signed when %s', (_name, variation, message) => {
    expectRefusal(variation, 'signature_invalid', message);
  });

  it.each<Wrong>([
    ['the digest is SHA-1', { tokenSigner: { digest: 'sha1' } }],
    ['the RSA key is short', withKey('rsa1024')],
    ['the curve is another', withKey('p521')],
    [
      'the signature names another digest',
      {
        envelope: ({ signerInfos: [signer] }) => {
          if (signer !== undefined) signer.signatureAlgorithm.algorithmId = '1.2.840.10045.4.3.4';
        },
      },
    ],
    ['the digest is not announced', { envelope: ({ digestAlgorithms }) => digestAlgorithms.splice(0) }],
  ])('is refused for its algorithm when %s', (_name, variation) => {
    expectRefusal(variation, 'algorithm_not_accepted');
  });

  it.each<Wrong>([
    [
      'another root of the same name issued it',
      { signer: { issuer: { commonName: 'root', key: keyFor('impostor') } } },
    ],
    ['the root is of another name', { signer: { issuer: { commonName: 'other', key: keyFor('root') } } }],
    ['the root was not valid yet', { root: { notBefore: after } }],
    ['the root was no longer valid', { root: { notAfter: before } }],
    ['the root is no authority', { root: { extensions: [authorityExtension(false)] } }],
    ['the root may not sign certificates', { root: { extensions: [authorityExtension(true), digital] } }],
    ['the certificate between is left out', { issuing: {}, certificates: (usual) => usual.slice(0, 1) }],
    ['the certificate between is no authority', { issuing: { extensions: [authorityExtension(false)] } }],
    ['the certificate between had expired', { issuing: { notAfter: before } }],
    ['the certificate between is one too many', { root: { extensions: authorityExtensions(0) }, issuing: {} }],
    [
      'the certificate between is for code',
      { issuing: { extensions: [...authorityExtensions(), keyPurposesExtension([CODE_SIGNING])] } },
    ],
    [
      'the certificate between has unknown limits',
      { issuing: { extensions: [...authorityExtensions(), unknownCritical] } },
    ],
    ['the signer has unknown limits', { signer: { extensions: [...signerExtensions(), unknownCritical] } }],
    ['the certificate is signed over SHA-1', { signer: { digest: 'sha1' } }],
    ['it vouches for itself', { signer: { issuer: { commonName: 'signer', key: keyFor('signer') } } }],
  ])('is refused as untrusted when %s', (_name, variation) => {
    expectRefusal(variation, 'chain_untrusted');
  });

  it.each<Wrong>([
    ['was not valid yet', { signer: { notBefore: after } }],
    ['was no longer valid', { signer: { notAfter: before } }],
  ])('is refused when its certificate %s', (_name, variation) => {
    expectRefusal(variation, 'certificate_not_valid_then', '2026-11-21T09:30:00.250Z');
  });

  it.each<WrongAs>([
    ['names no purpose', usage(digital), 'got none'],
    ['names its purpose uncritically', usage(digital, keyPurposesExtension([TIME_STAMPING], false)), 'critical'],
    ['has a second purpose', usage(digital, keyPurposesExtension([TIME_STAMPING, CODE_SIGNING])), 'alone'],
    ['has another purpose', usage(digital, keyPurposesExtension([CODE_SIGNING])), 'alone'],
    ['is for everything', usage(digital, keyPurposesExtension(['2.5.29.37.0'])), 'alone'],
  ])('is refused when its certificate %s', (_name, variation, message) => {
    expectRefusal(variation, 'extended_key_usage', message);
  });

  it.each<Wrong>([
    ['encrypting alone', usage(keyUsageExtension(KEY_USES.keyEncipherment), purposes)],
    [
      'signing and encrypting',
      usage(keyUsageExtension(KEY_USES.digitalSignature + KEY_USES.keyEncipherment), purposes),
    ],
  ])('is refused when its key is for %s', (_name, variation) => {
    expectRefusal(variation, 'key_usage');
  });
});

function octets(length: number): asn1js.OctetString {
  return new asn1js.OctetString({ valueHex: new Uint8Array(length) });
}

function withKey(kind: 'rsa1024' | 'p521'): Variation {
  const key = keyFor('signer', kind);
  return { signer: { key }, tokenSigner: { key } };
}

function issued(commonName: string): Uint8Array {
  const issuer = { commonName: 'root', key: keyFor('root') };
  const [notBefore, notAfter] = [new Date(TIME_MS - DAY_MS), new Date(TIME_MS + DAY_MS)];
  const extensions = signerExtensions();
  return issueCertificate({ commonName, serial: 9, key: keyFor(commonName), issuer, notBefore, notAfter, extensions });
}

/** The usual attributes, with issuer and a number beside the hash of the certificate. */
function numbered(usual: readonly Attribute[], certificate: Uint8Array, serial: number): readonly Attribute[] {
  const { issuer } = Certificate.fromBER(new Uint8Array(certificate));
  const hash = new asn1js.OctetString({ valueHex: new Uint8Array(createHash('sha256').update(certificate).digest()) });
  const name = new asn1js.Constructed({ idBlock: { tagClass: 3, tagNumber: 4 }, value: [issuer.toSchema()] });
  const issuerSerial = new asn1js.Sequence({
    value: [new asn1js.Sequence({ value: [name] }), new asn1js.Integer({ value: serial })],
  });
  const reference = new asn1js.Sequence({ value: [hash, issuerSerial] });
  const value = new asn1js.Sequence({ value: [new asn1js.Sequence({ value: [reference] })] });
  return replaced(REFERENCE, value)(usual);
}
