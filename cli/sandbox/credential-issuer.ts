import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { issueCredential } from '../../core/authority/issue-credential.ts';
import type { JsonObject } from '../../core/json.ts';

/** The name under which `config/sandbox.json` lists the issuer's public key. */
const ISSUER = 'sandbox-issuer';

/** DER before the 32 bytes of an Ed25519 seed (RFC 8410). */
const PKCS8_PREFIX = '302e020100300506032b657004220420';

/**
 * The sandbox's own issuer. Its key is made from a public text, so that the same configuration fits every sandbox: it
 * must never be listed in a deployment's configuration.
 */
const privateKey = createPrivateKey({
  key: Buffer.concat([
    Buffer.from(PKCS8_PREFIX, 'hex'),
    createHash('sha256').update('countersign sandbox: not a secret, never deploy').digest(),
  ]),
  format: 'der',
  type: 'pkcs8',
});

const NOT_BEFORE_MS = Date.UTC(2020, 0, 1);
const EXPIRES_AT_MS = Date.UTC(2100, 0, 1);

/** A declared agent with the sandbox issuer's credential. */
export function withSandboxCredential(agent: JsonObject, term: { readonly expiresAtMs?: number } = {}): JsonObject {
  const terms = {
    credentialId: `sandbox-${String(agent['agentId']).replace(/^.*:/, '')}`,
    issuer: ISSUER,
    notBeforeMs: NOT_BEFORE_MS,
    expiresAtMs: term.expiresAtMs ?? EXPIRES_AT_MS,
  };
  return issueCredential(agent, terms, (bytes) => sign(null, bytes, privateKey));
}

/** The public key as a configuration lists it: raw, base64url. */
export function sandboxIssuer(): { readonly name: string; readonly publicKey: string } {
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return { name: ISSUER, publicKey: spki.subarray(-32).toString('base64url') };
}
