import { createHash, type KeyObject } from 'node:crypto';
import * as asn1js from 'asn1js';
import {
  Attribute,
  Certificate,
  ContentInfo,
  EncapsulatedContentInfo,
  IssuerAndSerialNumber,
  PKIStatusInfo,
  SignedAndUnsignedAttributes,
  SignedData,
  SignerInfo,
  TimeStampResp,
} from 'pkijs';
import { digestAlgorithm, type SigningDigest, signatureAlgorithm, signatureOver } from './signature-algorithm.ts';

const signedDataId = '1.2.840.113549.1.7.2';
const timestampInfoId = '1.2.840.113549.1.9.16.1.4';
const contentTypeId = '1.2.840.113549.1.9.3';
const messageDigestId = '1.2.840.113549.1.9.4';
const signingCertificateV2Id = '1.2.840.113549.1.9.16.2.47';

/** Who signs a token. */
export interface TokenSigner {
  /** DER. */
  readonly certificate: Uint8Array;
  readonly key: KeyObject;
  readonly digest: SigningDigest;
}

/** What a token holds besides its signature. */
export interface TokenParts {
  /** DER of the TSTInfo. */
  readonly info: Uint8Array;
  readonly attributes: readonly Attribute[];
  /** DER of each; none when the request asked for none. */
  readonly certificates: readonly Uint8Array[];
}

/** The attributes that RFC 3161 and RFC 5816 ask for. */
export function timestampAttributes(info: Uint8Array, signer: TokenSigner): readonly Attribute[] {
  return [
    attribute(contentTypeId, new asn1js.ObjectIdentifier({ value: timestampInfoId })),
    attribute(messageDigestId, octets(createHash(signer.digest).update(info).digest())),
    attribute(signingCertificateV2Id, certificateReference(signer.certificate)),
  ];
}

/** A signed attribute with one value. */
export function attribute(type: string, value: asn1js.BaseBlock): Attribute {
  return new Attribute({ type, values: [value] });
}

/** ESSCertIDv2 by SHA-256, which is its default and left out (RFC 5035). */
export function certificateReference(certificate: Uint8Array): asn1js.Sequence {
  const hash = octets(createHash('sha256').update(certificate).digest());
  const reference = new asn1js.Sequence({ value: [hash] });
  return new asn1js.Sequence({ value: [new asn1js.Sequence({ value: [reference] })] });
}

/** The DER of a granted TimeStampResp. */
export function grantedReply(parts: TokenParts, signer: TokenSigner): Uint8Array<ArrayBuffer> {
  const encapContentInfo = new EncapsulatedContentInfo({ eContentType: timestampInfoId });
  // Set afterwards: the constructor would split it into a constructed string, which is not DER.
  encapContentInfo.eContent = octets(parts.info);
  const signed = new SignedData({
    version: 3,
    digestAlgorithms: [digestAlgorithm(signer.digest)],
    encapContentInfo,
    signerInfos: [signerInfo(parts, signer)],
    ...(parts.certificates.length === 0 ? {} : { certificates: parts.certificates.map(readCertificate) }),
  });
  const timeStampToken = new ContentInfo({ contentType: signedDataId, content: signed.toSchema(true) });
  return replyBytes(new TimeStampResp({ status: new PKIStatusInfo({ status: 0 }), timeStampToken }));
}

/** The DER of a TimeStampResp that refuses; `failure` is a bit of PKIFailureInfo (RFC 3161, section 2.4.2). */
export function rejectedReply(failure: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.floor(failure / 8) + 1);
  bytes[bytes.length - 1] = 0x80 >> (failure % 8);
  const failInfo = new asn1js.BitString({ unusedBits: 7 - (failure % 8), valueHex: bytes });
  return replyBytes(new TimeStampResp({ status: new PKIStatusInfo({ status: 2, failInfo }) }));
}

function signerInfo({ attributes }: TokenParts, signer: TokenSigner): SignerInfo {
  const { issuer, serialNumber } = readCertificate(signer.certificate);
  const signedAttrs = new SignedAndUnsignedAttributes({ type: 0, attributes: sorted(attributes) });
  const covered = new Uint8Array(signedAttrs.toSchema().toBER());
  // RFC 5652, section 5.4: signed as a SET, though tagged [0] in the message.
  covered[0] = 0x31;
  return new SignerInfo({
    version: 1,
    sid: new IssuerAndSerialNumber({ issuer, serialNumber }),
    digestAlgorithm: digestAlgorithm(signer.digest),
    signedAttrs,
    signatureAlgorithm: signatureAlgorithm(signer.key, signer.digest),
    signature: octets(signatureOver(covered, signer.key, signer.digest)),
  });
}

/** DER orders the members of a SET OF by their encoding. */
function sorted(attributes: readonly Attribute[]): Attribute[] {
  const encoded = (item: Attribute): Buffer => Buffer.from(item.toSchema().toBER());
  return [...attributes].sort((left, right) => Buffer.compare(encoded(left), encoded(right)));
}

const readCertificate = (der: Uint8Array): Certificate => Certificate.fromBER(new Uint8Array(der));

const octets = (bytes: Uint8Array): asn1js.OctetString => new asn1js.OctetString({ valueHex: new Uint8Array(bytes) });

const replyBytes = (reply: TimeStampResp): Uint8Array<ArrayBuffer> => new Uint8Array(reply.toSchema().toBER());
