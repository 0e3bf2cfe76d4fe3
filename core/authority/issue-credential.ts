import type { JsonObject } from '../json.ts';
import { credentialStatement } from './credential.ts';
import { decodeAgentRegistration } from './registration.ts';

/** What the issuer decides. Times in epoch milliseconds. */
export interface CredentialTermsWanted {
  readonly credentialId: string;
  readonly issuer: string;
  readonly notBeforeMs: number;
  readonly expiresAtMs: number;
}

/**
 * A declared agent with a credential for exactly what it declares; one it had is replaced.
 *
 * @param sign the issuer's Ed25519 signature of the bytes
 * @throws {CorruptState} when the agent is not declared as a registration is stored
 * @throws {RangeError} when the term is empty
 */
export function issueCredential(
  agent: JsonObject,
  terms: CredentialTermsWanted,
  sign: (bytes: Uint8Array) => Uint8Array,
): JsonObject {
  if (terms.notBeforeMs >= terms.expiresAtMs) throw new RangeError('expected a credential to expire after it begins');
  const { credential: _replaced, ...declared } = agent;
  const signature = sign(credentialStatement(decodeAgentRegistration(declared), terms));
  return {
    ...declared,
    credential: {
      credentialId: terms.credentialId,
      issuer: terms.issuer,
      notBefore: new Date(terms.notBeforeMs).toISOString(),
      expiresAt: new Date(terms.expiresAtMs).toISOString(),
      signature: Buffer.from(signature).toString('base64url'),
      revoked: false,
    },
  };
}
