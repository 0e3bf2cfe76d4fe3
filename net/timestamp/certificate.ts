import { X509Certificate } from 'node:crypto';
import { Certificate, type Extension } from 'pkijs';
import { attempt } from './parse-token.ts';
import { isStrictDer } from './strict-der.ts';

/** A certificate, read twice: the runtime checks its signature, the parser gives its fields. */
export interface ReadCertificate {
  readonly der: Uint8Array;
  readonly x509: X509Certificate;
  readonly fields: Certificate;
}

/** Reads a certificate; undefined when its DER is none. */
export function readCertificate(der: Uint8Array): ReadCertificate | undefined {
  if (!isStrictDer(der)) return undefined;
  return attempt(() => ({ der, x509: new X509Certificate(der), fields: Certificate.fromBER(new Uint8Array(der)) }));
}

/** The certificates of PEM texts, each of one or more; undefined when a text holds none or an unreadable one. */
export function readPem(texts: readonly string[]): readonly ReadCertificate[] | undefined {
  const found = texts.map((text) => [...text.matchAll(pemBlock)].map((match) => match[1] ?? ''));
  if (found.length === 0 || found.some((blocks) => blocks.length === 0)) return undefined;
  const read = found.flat().map((block) => readCertificate(Buffer.from(block, 'base64')));
  return read.every((certificate) => certificate !== undefined) ? read : undefined;
}

const pemBlock = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g;

/** Whether the certificate's term, both ends included, holds the time. */
export function isValidAt({ fields }: ReadCertificate, time: Date): boolean {
  return fields.notBefore.value <= time && time <= fields.notAfter.value;
}

/** The extension with this identifier; undefined when there is none. */
export function extensionOf({ fields }: ReadCertificate, id: string): Extension | undefined {
  return fields.extensions?.find((extension) => extension.extnID === id);
}

/** The key purposes of RFC 5280, section 4.2.1.12; undefined when the certificate names none. */
export function keyPurposesOf(certificate: ReadCertificate): readonly string[] | undefined {
  // The runtime's name for extendedKeyUsage; its type says an array, it is undefined without the extension.
  const purposes: readonly string[] | undefined = certificate.x509.keyUsage;
  return purposes;
}
