import { createHash } from 'node:crypto';
import * as asn1js from 'asn1js';
import { Certificate, IssuerAndSerialNumber, type SignerInfo } from 'pkijs';
import { ok } from '../../core/result.ts';
import { extensionOf, isValidAt, keyPurposesOf, type ReadCertificate, readCertificate } from './certificate.ts';
import { DIGESTS, OIDS } from './oids.ts';
import { holdsBytes, membersOf, octetsOf, type ParsedToken } from './parse-token.ts';
import { attributeValue } from './signed-attributes.ts';
import { type Checked, refuse } from './timestamp-problem.ts';

/** The certificates that a token carries, the unreadable ones left out. */
export function certificatesOf({ signed }: ParsedToken): readonly ReadCertificate[] {
  return (signed.certificates ?? []).flatMap((item) => {
    if (!(item instanceof Certificate)) return [];
    const certificate = readCertificate(new Uint8Array(item.toSchema().toBER()));
    return certificate === undefined ? [] : [certificate];
  });
}

/** The certificate that the token's signer is named by, and that its signed attributes bind (RFC 5035). */
export function signerCertificate(
  token: ParsedToken,
  certificates: readonly ReadCertificate[],
): Checked<ReadCertificate> {
  const found = certificates.find((certificate) => isNamedBy(certificate, token.signer));
  if (found === undefined)
    return refuse('signer_certificate_missing', 'expected the token to hold the certificate of its signer');
  if (!isBound(found, token.signer))
    return refuse('signing_certificate_differs', 'expected a signed reference to the certificate of the signer');
  return ok(found);
}

function isNamedBy(certificate: ReadCertificate, signer: SignerInfo): boolean {
  const sid: unknown = signer.sid;
  if (sid instanceof IssuerAndSerialNumber)
    return signer.version === 1 && isIssuerAndSerial(certificate, nameBytes(sid.issuer), sid.serialNumber);
  if (!(sid instanceof asn1js.Primitive) || sid.idBlock.tagNumber !== 0 || signer.version !== 3) return false;
  const identifier = octetsOf(extensionOf(certificate, OIDS.subjectKeyIdentifier)?.extnValue);
  // The identifier is itself an octet string of fewer than 128 bytes: type and length come first.
  return holdsBytes(identifier?.subarray(2), sid.valueBlock.valueHexView);
}

const nameBytes = (name: Certificate['issuer']): Uint8Array => new Uint8Array(name.toSchema().toBER());

/** Compares the name byte for byte: any other spelling is not what the certificate says. */
function isIssuerAndSerial({ fields }: ReadCertificate, issuer: Uint8Array, serial: asn1js.Integer): boolean {
  return holdsBytes(nameBytes(fields.issuer), issuer) && fields.serialNumber.toBigInt() === serial.toBigInt();
}

/** Version 2 or 1 of the reference must be there, and each that is there must match. */
function isBound(certificate: ReadCertificate, signer: SignerInfo): boolean {
  const second = attributeValue(signer, OIDS.signingCertificateV2);
  const first = attributeValue(signer, OIDS.signingCertificate);
  if (second === 'repeated' || first === 'repeated') return false;
  if (second === undefined && first === undefined) return false;
  return (
    (second === undefined || isReferenceTo(certificate, second, true)) &&
    (first === undefined || isReferenceTo(certificate, first, false))
  );
}

/** `{ certs SEQUENCE OF { hashAlgorithm?, certHash, issuerSerial? } }`: the first of them is the signer's. */
function isReferenceTo(certificate: ReadCertificate, attribute: unknown, hasAlgorithm: boolean): boolean {
  const members = membersOf(membersOf(membersOf(attribute)?.[0])?.[0]);
  if (members === undefined) return false;
  const [head, ...rest] = members;
  const named = hasAlgorithm ? membersOf(head) : undefined;
  const digest = hasAlgorithm ? digestOf(named) : 'sha1';
  const [hash, issuerSerial] = named === undefined ? members : rest;
  if (digest === undefined) return false;
  if (!holdsBytes(octetsOf(hash), createHash(digest).update(certificate.der).digest())) return false;
  return issuerSerial === undefined || isIssuerSerialOf(certificate, issuerSerial);
}

/** SHA-256 is the default, left out in DER. */
function digestOf(algorithm: readonly unknown[] | undefined): string | undefined {
  if (algorithm === undefined) return 'sha256';
  const [id] = algorithm;
  return id instanceof asn1js.ObjectIdentifier ? DIGESTS.get(id.getValue()) : undefined;
}

/** `{ issuer GeneralNames, serialNumber }` with one directory name. */
function isIssuerSerialOf(certificate: ReadCertificate, issuerSerial: unknown): boolean {
  const [names, serial] = membersOf(issuerSerial) ?? [];
  const [name] = membersOf(names) ?? [];
  if (!(name instanceof asn1js.Constructed) || name.idBlock.tagNumber !== 4) return false;
  const [directoryName] = name.valueBlock.value;
  if (!(directoryName instanceof asn1js.Sequence) || !(serial instanceof asn1js.Integer)) return false;
  return isIssuerAndSerial(certificate, directoryName.valueBeforeDecodeView, serial);
}

/** RFC 3161, section 2.3: valid when it signed, a critical purpose of timestamping alone, a key for signatures alone. */
export function checkTimestampingCertificate(certificate: ReadCertificate, time: Date): Checked<undefined> {
  if (!isValidAt(certificate, time))
    return refuse('certificate_not_valid_then', `expected a certificate valid at \`${time.toISOString()}\``);
  const usage = extensionOf(certificate, OIDS.extendedKeyUsage);
  if (usage === undefined) return refuse('extended_key_usage', 'expected an extended key usage, got none');
  if (!usage.critical) return refuse('extended_key_usage', 'expected a critical extended key usage');
  const purposes = keyPurposesOf(certificate) ?? [];
  if (purposes.length !== 1 || purposes[0] !== OIDS.timeStamping)
    return refuse('extended_key_usage', `expected timeStamping alone, got \`${purposes.join(' ')}\``);
  return checkKeyUsage(certificate);
}

/** When there is a key usage: digitalSignature or nonRepudiation, and nothing else. */
function checkKeyUsage(certificate: ReadCertificate): Checked<undefined> {
  const usage = extensionOf(certificate, OIDS.keyUsage);
  if (usage === undefined) return ok(undefined);
  const bits: unknown = usage.parsedValue;
  const [first = 0, ...more] = bits instanceof asn1js.BitString ? bits.valueBlock.valueHexView : [];
  const isForSignatures = (first & 0xc0) !== 0 && (first & 0x3f) === 0 && more.every((byte) => byte === 0);
  return isForSignatures ? ok(undefined) : refuse('key_usage', 'expected a key for digital signatures alone');
}
