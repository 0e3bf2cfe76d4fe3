import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import * as asn1js from 'asn1js';
import {
  Accuracy,
  AlgorithmIdentifier,
  type Attribute,
  MessageImprint,
  SignedData,
  TimeStampResp,
  TSTInfo,
} from 'pkijs';
import type { TimestampExpectations } from '../../net/timestamp/timestamp-verify.ts';
import {
  authorityExtension,
  type CertificateOrder,
  certificatePem,
  issueCertificate,
  KEY_USES,
  keyPurposesExtension,
  keyUsageExtension,
} from '../../sandbox/timestamp-authority/issue-certificate.ts';
import {
  grantedReply,
  type TokenSigner,
  timestampAttributes,
} from '../../sandbox/timestamp-authority/timestamp-token.ts';

export const DATA = Buffer.from('countersign.example/log\n7\nAAAA\n');
export const NONCE = Buffer.from('00c0ffee00c0ffee', 'hex');
export const POLICY = '1.3.6.1.4.1.32473.7';
export const TIME_MS = Date.UTC(2026, 10, 21, 9, 30, 0, 250);
export const DAY_MS = 86_400_000;
export const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';

export type KeyKind = 'p256' | 'p384' | 'p521' | 'rsa2048' | 'rsa1024';

const made = new Map<string, KeyObject>();

/** A key of the kind, made once for each owner. */
export function keyFor(owner: string, kind: KeyKind = 'p256'): KeyObject {
  const name = `${owner} ${kind}`;
  const key = made.get(name) ?? newKey(kind);
  made.set(name, key);
  return key;
}

function newKey(kind: KeyKind): KeyObject {
  if (kind === 'rsa2048' || kind === 'rsa1024')
    return generateKeyPairSync('rsa', { modulusLength: Number(kind.slice(3)) }).privateKey;
  const curves = { p256: 'prime256v1', p384: 'secp384r1', p521: 'secp521r1' };
  return generateKeyPairSync('ec', { namedCurve: curves[kind] }).privateKey;
}

/** How a token differs from a right one. */
export interface Variation {
  readonly root?: Partial<CertificateOrder>;
  /** An authority between root and signer; none when absent. */
  readonly issuing?: Partial<CertificateOrder>;
  readonly signer?: Partial<CertificateOrder>;
  readonly tokenSigner?: Partial<TokenSigner>;
  readonly info?: (info: TSTInfo) => void;
  /** Changes the DER of the TSTInfo before it is signed. */
  readonly infoBytes?: (info: Uint8Array) => Uint8Array;
  readonly attributes?: (usual: readonly Attribute[], signer: TokenSigner) => readonly Attribute[];
  readonly certificates?: (usual: readonly Uint8Array[]) => readonly Uint8Array[];
  /** Changes what no signature covers. */
  readonly envelope?: (signed: SignedData, reply: TimeStampResp) => void;
}

/** A token and what it satisfies. */
export interface MadeToken {
  readonly token: Uint8Array;
  readonly expected: TimestampExpectations;
}

/** A token over {@link DATA} at {@link TIME_MS}: right, but for the variation. */
export function makeToken(variation: Variation = {}): MadeToken {
  const root = order('root', authorityExtensions(), variation.root);
  const issuing = order('issuing', authorityExtensions(), { issuer: issuerOf(root), ...variation.issuing });
  const above = variation.issuing === undefined ? root : issuing;
  const signerOrder = order('signer', signerExtensions(), { issuer: issuerOf(above), ...variation.signer });
  const signer: TokenSigner = {
    certificate: issueCertificate(signerOrder),
    key: signerOrder.key,
    digest: 'sha256',
    ...variation.tokenSigner,
  };
  const usual = [signer.certificate, ...(variation.issuing === undefined ? [] : [issueCertificate(issuing)])];
  const usualInfo = infoOf(variation.info);
  const info = variation.infoBytes?.(usualInfo) ?? usualInfo;
  const attributes = timestampAttributes(info, signer);
  const token = grantedReply(
    {
      info,
      attributes: variation.attributes?.(attributes, signer) ?? attributes,
      certificates: variation.certificates?.(usual) ?? usual,
    },
    signer,
  );
  return {
    token: variation.envelope === undefined ? token : withEnvelope(token, variation.envelope),
    expected: { trustAnchors: [certificatePem(issueCertificate(root))], policies: [POLICY], nonce: NONCE },
  };
}

export const authorityExtensions = (pathLength?: number) => [
  authorityExtension(true, pathLength),
  keyUsageExtension(KEY_USES.certificateSigning),
];

export const signerExtensions = () => [
  authorityExtension(false),
  keyUsageExtension(KEY_USES.digitalSignature),
  keyPurposesExtension([TIME_STAMPING]),
];

function order(
  commonName: string,
  extensions: CertificateOrder['extensions'],
  change: Partial<CertificateOrder> | undefined,
): CertificateOrder {
  return {
    commonName,
    serial: commonName.length,
    key: keyFor(commonName),
    notBefore: new Date(TIME_MS - 30 * DAY_MS),
    notAfter: new Date(TIME_MS + 30 * DAY_MS),
    extensions,
    ...change,
  };
}

const issuerOf = ({ commonName, key }: CertificateOrder) => ({ commonName, key });

/** The imprint of bytes under a digest algorithm. */
export function imprintOf(data: Uint8Array, digest = 'sha256', id = '2.16.840.1.101.3.4.2.1'): MessageImprint {
  return new MessageImprint({
    hashAlgorithm: new AlgorithmIdentifier({ algorithmId: id, algorithmParams: new asn1js.Null() }),
    hashedMessage: new asn1js.OctetString({ valueHex: new Uint8Array(createHash(digest).update(data).digest()) }),
  });
}

function infoOf(change: ((info: TSTInfo) => void) | undefined): Uint8Array {
  const info = new TSTInfo({
    version: 1,
    policy: POLICY,
    messageImprint: imprintOf(DATA),
    serialNumber: new asn1js.Integer({ value: 4711 }),
    genTime: new Date(TIME_MS),
    accuracy: new Accuracy({ seconds: 2, millis: 5, micros: 1 }),
    nonce: asn1js.Integer.fromBigInt(0xc0ffee00c0ffeen),
  });
  change?.(info);
  return new Uint8Array(info.toSchema().toBER());
}

function withEnvelope(token: Uint8Array, change: NonNullable<Variation['envelope']>): Uint8Array {
  const reply = TimeStampResp.fromBER(new Uint8Array(token));
  const content = reply.timeStampToken;
  if (content === undefined) throw new Error('expected a token');
  const signed = new SignedData({ schema: content.content });
  change(signed, reply);
  content.content = signed.toSchema();
  return new Uint8Array(reply.toSchema().toBER());
}
