import { createPrivateKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { ensureFolder, readIfPresent, readJsonIfPresent, writeDurable } from '../front/durable-file.ts';
import {
  authorityExtension,
  certificatePem,
  issueCertificate,
  KEY_USES,
  keyPurposesExtension,
  keyUsageExtension,
} from './issue-certificate.ts';
import type { TokenSigner } from './timestamp-token.ts';

const rootName = 'Countersign sandbox timestamp root';
const signerName = 'Countersign sandbox timestamp authority';
const timeStampingId = '1.3.6.1.5.5.7.3.8';
const yearMs = 365 * 86_400_000;
const fileName = 'timestamp-authority.json';

/** The authority's signer, its root, and the number of the next token. */
export interface AuthorityState {
  readonly signer: TokenSigner;
  /** PEM of the root certificate: what a verifier trusts. */
  readonly rootPem: string;
  /** A number that was never given before, durable on return. */
  nextSerial(): number;
}

/**
 * Opens the authority kept in `stateDir`, or makes one: a root and a signer of EC P-256, valid for 20 and 10 years
 * around `nowMs`. The root's key is not kept.
 *
 * @throws {TypeError} when the folder holds something else
 */
export function openAuthority(stateDir: string, nowMs: number): AuthorityState {
  ensureFolder(stateDir);
  const path = join(stateDir, fileName);
  if (readIfPresent(path) === undefined) writeDurable(path, JSON.stringify(makeAuthority(nowMs)));
  const stored = readStored(path);
  const certificate = new Uint8Array(new X509Certificate(stored.certificate).raw);
  const serialPath = join(stateDir, 'serial.json');
  return {
    signer: { certificate, key: createPrivateKey(stored.key), digest: 'sha256' },
    rootPem: stored.root,
    nextSerial: () => {
      const last = readJsonIfPresent(serialPath) ?? 0;
      if (typeof last !== 'number') throw new TypeError(`expected a number in \`serial.json\``);
      writeDurable(serialPath, JSON.stringify(last + 1));
      return last + 1;
    },
  };
}

interface StoredAuthority {
  readonly root: string;
  readonly certificate: string;
  readonly key: string;
}

function readStored(path: string): StoredAuthority {
  const stored = readJsonIfPresent(path);
  if (typeof stored === 'object' && stored !== null && 'root' in stored && 'certificate' in stored && 'key' in stored) {
    const { root, certificate, key } = stored;
    if (typeof root === 'string' && typeof certificate === 'string' && typeof key === 'string')
      return { root, certificate, key };
  }
  throw new TypeError(`expected a timestamp authority in \`${fileName}\``);
}

function makeAuthority(nowMs: number): StoredAuthority {
  const rootKey = newKey();
  const key = newKey();
  // The clock may be set to the past: the terms begin well before it.
  const notBefore = new Date(nowMs - yearMs);
  const root = issueCertificate({
    commonName: rootName,
    serial: 1,
    key: rootKey,
    notBefore,
    notAfter: new Date(nowMs + 20 * yearMs),
    extensions: [authorityExtension(true, 0), keyUsageExtension(KEY_USES.certificateSigning)],
  });
  const certificate = issueCertificate({
    commonName: signerName,
    serial: 2,
    key,
    issuer: { commonName: rootName, key: rootKey },
    notBefore,
    notAfter: new Date(nowMs + 10 * yearMs),
    extensions: [
      authorityExtension(false),
      keyUsageExtension(KEY_USES.digitalSignature),
      keyPurposesExtension([timeStampingId]),
    ],
  });
  return {
    root: certificatePem(root),
    certificate: certificatePem(certificate),
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

const newKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
