import { createPrivateKey, createSecretKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Assembly, AwsError, type Resource } from '../../contract.ts';
import { ensureFolder, readJsonIfPresent, writeDurable } from '../../front/durable-file.ts';
import { isRawObject } from '../../template/raw-template.ts';

/** A key of the templates with its material. */
export interface KmsKey {
  readonly keyId: string;
  readonly arn: string;
  readonly spec: string;
  readonly usage: string;
  readonly enabled: boolean;
  readonly description: string;
  readonly createdAtMs: number;
  /** Secret for HMAC and symmetric keys, private key for asymmetric ones. */
  readonly material: KeyObject;
}

/** Keys by id, ARN, alias or alias ARN. */
export interface KeyStore {
  /** @throws {AwsError} `NotFoundException` where no key has the name */
  find(name: unknown): KmsKey;
}

interface StoredKey {
  readonly material: string;
  readonly createdAtMs: number;
}

const secretBytes: { readonly [spec: string]: number } = {
  SYMMETRIC_DEFAULT: 32,
  HMAC_224: 28,
  HMAC_256: 32,
  HMAC_384: 48,
  HMAC_512: 64,
};

function newPrivateKey(spec: string): KeyObject {
  switch (spec) {
    case 'ECC_NIST_P256':
      return generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
    case 'ECC_NIST_P384':
      return generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).privateKey;
    case 'ECC_NIST_EDWARDS25519':
      return generateKeyPairSync('ed25519').privateKey;
    case 'RSA_3072':
      return generateKeyPairSync('rsa', { modulusLength: 3_072 }).privateKey;
    case 'ML_DSA_44':
      return generateKeyPairSync('ml-dsa-44').privateKey;
    default:
      throw new Error(`the sandbox does not emulate the key spec \`${spec}\``);
  }
}

function newMaterial(spec: string): string {
  const bytes = secretBytes[spec];
  const material =
    bytes === undefined ? newPrivateKey(spec).export({ type: 'pkcs8', format: 'der' }) : randomBytes(bytes);
  return material.toString('base64');
}

function importMaterial(spec: string, material: string): KeyObject {
  const bytes = Buffer.from(material, 'base64');
  return secretBytes[spec] === undefined
    ? createPrivateKey({ key: bytes, type: 'pkcs8', format: 'der' })
    : createSecretKey(bytes);
}

function readStored(path: string): StoredKey | undefined {
  const value = readJsonIfPresent(path);
  if (!isRawObject(value) || typeof value['material'] !== 'string' || typeof value['createdAtMs'] !== 'number') {
    return undefined;
  }
  return { material: value['material'], createdAtMs: value['createdAtMs'] };
}

function openKey(folder: string, resource: Resource, nowMs: number): KmsKey {
  const { properties } = resource;
  const spec = String(properties['KeySpec'] ?? 'SYMMETRIC_DEFAULT');
  const path = join(folder, `${resource.ref}.json`);
  let stored = readStored(path);
  if (stored === undefined) {
    stored = { material: newMaterial(spec), createdAtMs: nowMs };
    writeDurable(path, JSON.stringify(stored));
  }
  return {
    keyId: resource.ref,
    arn: resource.arn,
    spec,
    usage: String(properties['KeyUsage'] ?? 'ENCRYPT_DECRYPT'),
    enabled: properties['Enabled'] !== false,
    description: String(properties['Description'] ?? ''),
    createdAtMs: stored.createdAtMs,
    material: importMaterial(spec, stored.material),
  };
}

/**
 * Opens the keys of the templates; a key's material is made at its first start and kept in `folder`.
 *
 * @throws {Error} for a key spec the sandbox does not emulate
 */
export function openKeyStore(folder: string, assembly: Assembly, nowMs: number): KeyStore {
  ensureFolder(folder);
  const byName = new Map<string, KmsKey>();
  for (const resource of assembly.byType('AWS::KMS::Key')) {
    const key = openKey(folder, resource, nowMs);
    byName.set(key.keyId, key).set(key.arn, key);
  }
  for (const alias of assembly.byType('AWS::KMS::Alias')) {
    const key = byName.get(String(alias.properties['TargetKeyId']));
    if (key !== undefined) {
      byName.set(alias.ref, key).set(alias.arn, key);
    }
  }
  return {
    find: (name) => {
      const key = byName.get(String(name));
      if (key === undefined) {
        const kind = String(name).includes('alias/') ? 'Alias' : 'Key';
        throw new AwsError('NotFoundException', 400, `${kind} '${String(name)}' does not exist`);
      }
      return key;
    },
  };
}
