import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../core/ports.ts';
import type { Caller, CredentialVault, RoleCredentials } from './contract.ts';
import { ensureFolder, readJsonIfPresent, writeDurable } from './front/durable-file.ts';

/**
 * Temporary credentials, as AWS STS gives them: an `ASIA…` key id, a secret and a session token that expire.
 * They are kept in one file that only its owner may read, so that a restart does not log every worker out.
 * An expired credential stays known for a day, so that its use is answered with `ExpiredToken` and not as a stranger.
 */

const rememberExpiredMs = 86_400_000;
const longestTtlSeconds = 43_200;
const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** What the vault needs. */
export interface VaultOptions {
  readonly stateDir: string;
  readonly clock: Clock;
  readonly accountId: string;
  /** True for roles that exist in the templates; credentials are issued for no other. */
  readonly roleExists: (roleArn: string) => boolean;
}

function isCredentials(value: unknown): value is RoleCredentials {
  return (
    typeof value === 'object' &&
    value !== null &&
    'accessKeyId' in value &&
    'secretAccessKey' in value &&
    'sessionToken' in value &&
    'expiresAtMs' in value &&
    'caller' in value
  );
}

function readStored(path: string): Map<string, RoleCredentials> {
  const stored = readJsonIfPresent(path);
  const list = Array.isArray(stored) ? stored.filter(isCredentials) : [];
  return new Map(list.map((credentials) => [credentials.accessKeyId, credentials]));
}

function newAccessKeyId(): string {
  const letters = [...randomBytes(16)].map((byte) => base32.charAt(byte % base32.length));
  return `ASIA${letters.join('')}`;
}

/** The caller a role's session is, or the account's root user for the root ARN. */
export function callerOf(roleArn: string, sessionName: string, accountId: string): Caller {
  if (roleArn === `arn:aws:iam::${accountId}:root`) {
    return { arn: roleArn, accountId };
  }
  const roleName = roleArn.slice(roleArn.lastIndexOf('/') + 1);
  return { arn: `arn:aws:sts::${accountId}:assumed-role/${roleName}/${sessionName}`, roleArn, accountId };
}

/**
 * Opens the vault kept in `stateDir`.
 *
 * `issue` throws for a role the templates do not have, a session name IAM would refuse, or a lifetime that is not
 * between 1 second and 12 hours; it also takes `arn:aws:iam::<account>:root`, for the person who runs the sandbox.
 */
export function openVault(options: VaultOptions): CredentialVault {
  const { stateDir, clock, accountId, roleExists } = options;
  ensureFolder(stateDir);
  const path = join(stateDir, 'credentials.json');
  const known = readStored(path);

  const save = (): void => {
    const oldestMs = clock.nowMs() - rememberExpiredMs;
    for (const [id, credentials] of known) {
      if (credentials.expiresAtMs < oldestMs) {
        known.delete(id);
      }
    }
    writeDurable(path, JSON.stringify([...known.values()]));
  };

  return {
    issue: (roleArn, sessionName, ttlSeconds = 3_600) => {
      if (roleArn !== `arn:aws:iam::${accountId}:root` && !roleExists(roleArn)) {
        throw new Error(`expected a role of the templates, got \`${roleArn}\``);
      }
      if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) {
        throw new Error(`expected a session name of 2 to 64 letters, digits or +=,.@-_, got \`${sessionName}\``);
      }
      if (!(ttlSeconds >= 1 && ttlSeconds <= longestTtlSeconds)) {
        throw new Error(`expected a lifetime of 1 to ${longestTtlSeconds} seconds, got \`${ttlSeconds}\``);
      }
      const credentials: RoleCredentials = {
        accessKeyId: newAccessKeyId(),
        secretAccessKey: randomBytes(30).toString('base64'),
        sessionToken: randomBytes(96).toString('base64'),
        expiresAtMs: clock.nowMs() + ttlSeconds * 1_000,
        caller: callerOf(roleArn, sessionName, accountId),
      };
      known.set(credentials.accessKeyId, credentials);
      save();
      return credentials;
    },
    byAccessKeyId: (accessKeyId) => known.get(accessKeyId),
  };
}
