import { createHash, type X509Certificate } from 'node:crypto';
import type { TSTInfo } from 'pkijs';
import { ok } from '../../core/result.ts';
import { readPem } from './certificate.ts';
import { leadsToAnchor } from './certificate-chain.ts';
import { OIDS } from './oids.ts';
import { attempt, holdsBytes, octetsOf, type ParsedToken, parseToken } from './parse-token.ts';
import { checkSignature, hasNoParameters } from './signed-attributes.ts';
import { certificatesOf, checkTimestampingCertificate, signerCertificate } from './signer-certificate.ts';
import { type Checked, refuse } from './timestamp-problem.ts';
import { nonceNumber } from './timestamp-request.ts';

/** What a timestamp must satisfy. */
export interface TimestampExpectations {
  /** PEM texts, each of one or more certificates: authorities that are believed. Not the signer's own certificate. */
  readonly trustAnchors: readonly string[];
  /** Policies accepted, dotted decimal; any when absent. */
  readonly policies?: readonly string[];
  /** The nonce that was sent; not compared when absent, as long after the request. */
  readonly nonce?: Uint8Array;
}

/** What a verified timestamp says: `data` existed at `timeMs`, give or take `accuracyMs`. */
export interface TimestampStatement {
  /** Epoch milliseconds, rounded down. */
  readonly timeMs: number;
  /** Milliseconds, rounded up; absent when the authority states none. */
  readonly accuracyMs?: number;
  /** Dotted decimal. */
  readonly policy: string;
  /** The authority's number for the token, lower-case hexadecimal. */
  readonly serial: string;
  /** The signer's distinguished name, `CN=…, O=…`. */
  readonly subject: string;
}

/**
 * Verifies the TimeStampResp `token` over `data` (RFC 3161, RFC 5816): granted, about these bytes by SHA-256, signed
 * by the certificate it refers to, which is for timestamping alone and leads to a trust anchor at the time stated.
 * Never throws. Revocation is not looked up.
 */
export function verifyTimestamp(
  token: Uint8Array,
  data: Uint8Array,
  expected: TimestampExpectations,
): Checked<TimestampStatement> {
  // The parser's types promise more than it checks: an object of another kind in some place makes an accessor throw.
  const checked = attempt(() => {
    const parsed = parseToken(token);
    if (!parsed.ok) return parsed;
    const answer = checkAnswer(parsed.value.info, data, expected);
    return answer.ok ? checkSigner(parsed.value, expected) : answer;
  });
  return checked ?? refuse('malformed', 'expected a token of the usual parts');
}

/** Whether the reply is one to what was asked. */
function checkAnswer(info: TSTInfo, data: Uint8Array, expected: TimestampExpectations): Checked<undefined> {
  const { hashAlgorithm, hashedMessage } = info.messageImprint;
  if (hashAlgorithm.algorithmId !== OIDS.sha256 || !hasNoParameters(hashAlgorithm))
    return refuse('hash_not_sha256', `expected an imprint by SHA-256, got \`${hashAlgorithm.algorithmId}\``);
  if (!holdsBytes(octetsOf(hashedMessage), createHash('sha256').update(data).digest()))
    return refuse('imprint_differs', 'expected the imprint of the data');
  if (expected.nonce !== undefined && info.nonce?.toBigInt() !== nonceNumber(expected.nonce))
    return refuse('nonce_differs', 'expected the nonce that was sent');
  if (expected.policies !== undefined && !expected.policies.includes(info.policy))
    return refuse('policy_not_accepted', `expected one of \`${expected.policies.join(' ')}\`, got \`${info.policy}\``);
  return ok(undefined);
}

function checkSigner(token: ParsedToken, expected: TimestampExpectations): Checked<TimestampStatement> {
  const anchors = readPem(expected.trustAnchors);
  if (anchors === undefined) return refuse('trust_anchor_unreadable', 'expected trust anchors as PEM certificates');
  const certificates = certificatesOf(token);
  const signer = signerCertificate(token, certificates);
  if (!signer.ok) return signer;
  const signature = checkSignature(token, signer.value);
  if (!signature.ok) return signature;
  const time = token.info.genTime;
  if (!leadsToAnchor(signer.value, certificates, anchors, time))
    return refuse('chain_untrusted', 'expected certificates, valid then, that lead to a trust anchor');
  const purpose = checkTimestampingCertificate(signer.value, time);
  return purpose.ok ? ok(statementOf(token.info, signer.value.x509)) : purpose;
}

function statementOf(info: TSTInfo, certificate: X509Certificate): TimestampStatement {
  const { accuracy } = info;
  // Undefined, whatever its type says, when the name is empty.
  const lines: string | undefined = certificate.subject;
  const accuracyMs =
    accuracy === undefined
      ? undefined
      : (accuracy.seconds ?? 0) * 1000 + (accuracy.millis ?? 0) + Math.ceil((accuracy.micros ?? 0) / 1000);
  return {
    timeMs: info.genTime.getTime(),
    ...(accuracyMs === undefined ? {} : { accuracyMs }),
    policy: info.policy,
    serial: info.serialNumber.toBigInt().toString(16),
    subject: (lines ?? '').split('\n').join(', '),
  };
}
