import { createHash, verify } from 'node:crypto';
import * as asn1js from 'asn1js';
import type { AlgorithmIdentifier, SignerInfo } from 'pkijs';
import { ok } from '../../core/result.ts';
import type { ReadCertificate } from './certificate.ts';
import { DIGESTS, type DigestName, OIDS, SIGNATURES } from './oids.ts';
import { attempt, holdsBytes, octetsOf, type ParsedToken } from './parse-token.ts';
import { type Checked, refuse } from './timestamp-problem.ts';

const minRsaBits = 2048;
const curves: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1']);

/** The one value of a signed attribute; undefined when it is absent, `repeated` when it has several values. */
export function attributeValue(signer: SignerInfo, type: string): unknown {
  const found = (signer.signedAttrs?.attributes ?? []).filter((attribute) => attribute.type === type);
  const values: readonly unknown[] = found.flatMap((attribute) => attribute.values);
  if (found.length === 0) return undefined;
  return found.length === 1 && values.length === 1 ? values[0] : 'repeated';
}

/** Whether the signer signed this content, as a TSTInfo, with the certificate's key (RFC 5652, section 5.4). */
export function checkSignature(token: ParsedToken, certificate: ReadCertificate): Checked<undefined> {
  const digest = acceptedDigest(token, certificate);
  if (digest === undefined)
    return refuse(
      'algorithm_not_accepted',
      `expected RSA of ${minRsaBits} bits or more or ECDSA on P-256 or P-384, over SHA-256, SHA-384 or SHA-512`,
    );
  const { signer, infoBytes } = token;
  const contentType = attributeValue(signer, OIDS.contentType);
  if (!(contentType instanceof asn1js.ObjectIdentifier) || contentType.getValue() !== OIDS.timestampInfo)
    return refuse('signature_invalid', 'expected a signed content type of a TSTInfo');
  const messageDigest = octetsOf(attributeValue(signer, OIDS.messageDigest));
  if (!holdsBytes(messageDigest, createHash(digest).update(infoBytes).digest()))
    return refuse('signature_invalid', 'expected a signed digest of the TSTInfo');
  // Kept by the parser as a SET, which is what the signature covers.
  const signedBytes = new Uint8Array(signer.signedAttrs?.encodedValue ?? new ArrayBuffer(0));
  const signature = octetsOf(signer.signature);
  const isSigned =
    signature !== undefined && attempt(() => verify(digest, signedBytes, certificate.x509.publicKey, signature));
  return isSigned === true ? ok(undefined) : refuse('signature_invalid', 'expected the signature to verify');
}

/** The digest signed over, when digest, signature algorithm and key fit together and are strong enough. */
function acceptedDigest({ signed, signer }: ParsedToken, certificate: ReadCertificate): DigestName | undefined {
  const digest = DIGESTS.get(signer.digestAlgorithm.algorithmId);
  const scheme = SIGNATURES.get(signer.signatureAlgorithm.algorithmId);
  const isListed = signed.digestAlgorithms.some(
    (algorithm) => algorithm.algorithmId === signer.digestAlgorithm.algorithmId && hasNoParameters(algorithm),
  );
  if (digest === undefined || scheme === undefined || !isListed) return undefined;
  if (!hasNoParameters(signer.digestAlgorithm) || !hasNoParameters(signer.signatureAlgorithm)) return undefined;
  if (scheme.digest !== undefined && scheme.digest !== digest) return undefined;
  return isStrongKey(certificate, scheme.keyType) ? digest : undefined;
}

/** Absent or NULL: both are written for these algorithms. */
export function hasNoParameters(algorithm: AlgorithmIdentifier): boolean {
  const parameters: unknown = algorithm.algorithmParams;
  return parameters === undefined || parameters instanceof asn1js.Null;
}

function isStrongKey({ x509 }: ReadCertificate, keyType: 'rsa' | 'ec'): boolean {
  const key = attempt(() => x509.publicKey);
  if (key?.asymmetricKeyType !== keyType) return false;
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  return keyType === 'rsa' ? (modulusLength ?? 0) >= minRsaBits : curves.has(namedCurve ?? '');
}
