import * as v from 'valibot';
import type { CredentialIssuers } from '../../core/authority/credential.ts';
import { decodeIssuers } from '../../core/authority/credential.ts';
import { requiredEnv } from './environment.ts';

const Issuers = v.record(v.string(), v.string());

/**
 * The issuers of this deployment, from `CREDENTIAL_ISSUERS`: a JSON object of raw Ed25519 public keys by name, empty when
 * the institution issues no credentials.
 *
 * @throws {Error} when the variable is missing or holds something else, which stops the function at its cold start
 */
export function readIssuers(): CredentialIssuers {
  return decodeIssuers(v.parse(Issuers, JSON.parse(requiredEnv('CREDENTIAL_ISSUERS'))));
}
