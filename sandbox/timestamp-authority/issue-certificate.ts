import { createPublicKey, type KeyObject } from 'node:crypto';
import * as asn1js from 'asn1js';
import {
  AttributeTypeAndValue,
  BasicConstraints,
  Certificate,
  Extension,
  ExtKeyUsage,
  PublicKeyInfo,
  RelativeDistinguishedNames,
  Time,
} from 'pkijs';
import { type SigningDigest, signatureAlgorithm, signatureOver } from './signature-algorithm.ts';

const commonNameId = '2.5.4.3';

/** Bits of the first byte of a key usage (RFC 5280, section 4.2.1.3). */
export const KEY_USES = { digitalSignature: 0x80, keyEncipherment: 0x20, certificateSigning: 0x04 } as const;

/** What a certificate is to say. */
export interface CertificateOrder {
  readonly commonName: string;
  readonly serial: number;
  /** The certificate's own key; only its public half is used. */
  readonly key: KeyObject;
  /** Who signs; the certificate itself when absent. */
  readonly issuer?: { readonly commonName: string; readonly key: KeyObject };
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly extensions: readonly Extension[];
  /** `sha256` when absent. */
  readonly digest?: SigningDigest;
}

/** Signs an X.509 version 3 certificate; its DER. */
export function issueCertificate(order: CertificateOrder): Uint8Array<ArrayBuffer> {
  const { digest = 'sha256' } = order;
  const issuer = order.issuer ?? { commonName: order.commonName, key: order.key };
  const spki = createPublicKey(order.key).export({ type: 'spki', format: 'der' });
  const algorithm = signatureAlgorithm(issuer.key, digest);
  const certificate = new Certificate({
    version: 2,
    serialNumber: new asn1js.Integer({ value: order.serial }),
    signature: algorithm,
    signatureAlgorithm: algorithm,
    issuer: nameOf(issuer.commonName),
    subject: nameOf(order.commonName),
    notBefore: timeOf(order.notBefore),
    notAfter: timeOf(order.notAfter),
    subjectPublicKeyInfo: PublicKeyInfo.fromBER(new Uint8Array(spki)),
    extensions: [...order.extensions],
  });
  const tbs = certificate.encodeTBS().toBER();
  certificate.signatureValue = new asn1js.BitString({
    valueHex: signatureOver(new Uint8Array(tbs), issuer.key, digest),
  });
  return new Uint8Array(certificate.toSchema(true).toBER());
}

function nameOf(commonName: string): RelativeDistinguishedNames {
  const value = new asn1js.Utf8String({ value: commonName });
  return new RelativeDistinguishedNames({ typesAndValues: [new AttributeTypeAndValue({ type: commonNameId, value })] });
}

/** RFC 5280, section 4.1.2.5: two-digit years up to 2049. */
const timeOf = (value: Date): Time => new Time({ type: value.getUTCFullYear() < 2050 ? 0 : 1, value });

const extension = (id: string, critical: boolean, content: asn1js.BaseBlock): Extension =>
  new Extension({ extnID: id, critical, extnValue: content.toBER() });

/** Basic constraints, critical. */
export function authorityExtension(isAuthority: boolean, pathLength?: number): Extension {
  const constraints = new BasicConstraints({
    cA: isAuthority,
    ...(pathLength === undefined ? {} : { pathLenConstraint: pathLength }),
  });
  return extension('2.5.29.19', true, constraints.toSchema());
}

/** Key usage, critical: the bits of {@link KEY_USES} added up. */
export function keyUsageExtension(bits: number): Extension {
  const unusedBits = 31 - Math.clz32(bits & -bits);
  return extension('2.5.29.15', true, new asn1js.BitString({ unusedBits, valueHex: new Uint8Array([bits]) }));
}

/** What the key is for, by identifiers. */
export function keyPurposesExtension(purposes: readonly string[], isCritical = true): Extension {
  return extension('2.5.29.37', isCritical, new ExtKeyUsage({ keyPurposes: [...purposes] }).toSchema());
}

/** A certificate in PEM. */
export function certificatePem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
