import { type AlgorithmIdentifier, BasicConstraints } from 'pkijs';
import { extensionOf, isValidAt, keyPurposesOf, type ReadCertificate } from './certificate.ts';
import { OIDS, SIGNATURES } from './oids.ts';
import { attempt } from './parse-token.ts';

/** Longest chain between a signer and an anchor, counted in certificates of authorities. */
const maxAuthorities = 6;

/** Extensions that this module or the signer's checks take account of; others must not be critical. */
const understood: ReadonlySet<string> = new Set([
  OIDS.basicConstraints,
  OIDS.keyUsage,
  OIDS.extendedKeyUsage,
  OIDS.certificatePolicies,
  OIDS.subjectKeyIdentifier,
]);

/**
 * Whether certificates lead from `signer` to one of `anchors` (RFC 5280, section 6, without revocation, policy trees
 * and name constraints): every signature right, every authority entitled, and all of them valid at `time`.
 * The signer's own term and purposes are not looked at.
 */
export function leadsToAnchor(
  signer: ReadCertificate,
  intermediates: readonly ReadCertificate[],
  anchors: readonly ReadCertificate[],
  time: Date,
): boolean {
  if (hasUnknownCritical(signer)) return false;
  const seen = new Set<ReadCertificate>([signer]);
  let reached: readonly ReadCertificate[] = [signer];
  // Nearest first: each certificate is met on its shortest way, where path lengths allow most, and only once.
  for (let below = 0; below < maxAuthorities && reached.length > 0; below += 1) {
    const issues = (issuer: ReadCertificate): boolean =>
      mayIssue(issuer, below, time) && reached.some((certificate) => isIssuedBy(certificate, issuer));
    if (anchors.some(issues)) return true;
    reached = intermediates.filter((candidate) => !seen.has(candidate) && issues(candidate));
    for (const certificate of reached) seen.add(certificate);
  }
  return false;
}

function isIssuedBy(certificate: ReadCertificate, issuer: ReadCertificate): boolean {
  const scheme = SIGNATURES.get(certificate.fields.signatureAlgorithm.algorithmId);
  if (scheme?.digest === undefined || !isSameAlgorithm(certificate)) return false;
  const { x509 } = certificate;
  return attempt(() => x509.checkIssued(issuer.x509) && x509.verify(issuer.x509.publicKey)) === true;
}

/** RFC 5280, section 4.1.1.2: the algorithm outside the signed part is the one inside it. */
function isSameAlgorithm({ fields }: ReadCertificate): boolean {
  const encoded = (algorithm: AlgorithmIdentifier): string => algorithm.toString('hex');
  return encoded(fields.signature) === encoded(fields.signatureAlgorithm);
}

/** Whether an authority with `below` authorities under it may vouch for a timestamp signer. */
function mayIssue(issuer: ReadCertificate, below: number, time: Date): boolean {
  if (!issuer.x509.ca || !isValidAt(issuer, time) || hasUnknownCritical(issuer)) return false;
  const limit = pathLengthOf(issuer);
  if (limit !== undefined && below > limit) return false;
  const purposes = keyPurposesOf(issuer);
  return purposes === undefined || purposes.includes(OIDS.timeStamping) || purposes.includes(OIDS.anyExtendedKeyUsage);
}

function pathLengthOf(certificate: ReadCertificate): number | undefined {
  const parsed: unknown = extensionOf(certificate, OIDS.basicConstraints)?.parsedValue;
  const limit = parsed instanceof BasicConstraints ? parsed.pathLenConstraint : undefined;
  return typeof limit === 'number' ? limit : undefined;
}

const hasUnknownCritical = ({ fields }: ReadCertificate): boolean =>
  fields.extensions?.some((extension) => extension.critical && !understood.has(extension.extnID)) === true;
