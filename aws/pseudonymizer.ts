import { createHmac } from 'node:crypto';
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Pseudonymizer } from '../core/ports.ts';

/** Version of the pepper in use, part of every pseudonym, so that a changed pepper is recognisable. */
const PEPPER_VERSION = 1;
const MIN_PEPPER_LENGTH = 32;
const PSEUDONYM_HEX_DIGITS = 32;

/**
 * Keyed pseudonyms with HMAC-SHA256: stable while the pepper lives, unlinkable once it is destroyed.
 *
 * @throws {Error} when the pepper is shorter than 32 characters
 */
export function createPseudonymizer(pepper: string): Pseudonymizer {
  if (pepper.length < MIN_PEPPER_LENGTH) {
    throw new Error(`expected a pepper of at least ${MIN_PEPPER_LENGTH} characters, got \`${pepper.length}\``);
  }
  return {
    pseudonym: (kind, value) => {
      const digest = createHmac('sha256', pepper).update(`${kind}\n${value}`).digest('hex');
      return `p${PEPPER_VERSION}_${digest.slice(0, PSEUDONYM_HEX_DIGITS)}`;
    },
  };
}

/** Loads the pepper once per execution environment. */
export async function loadPseudonymizer(client: SecretsManagerClient, secretArn: string): Promise<Pseudonymizer> {
  const reply = await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
  return createPseudonymizer(reply.SecretString ?? '');
}
