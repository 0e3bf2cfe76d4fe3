import { createHmac, createPublicKey, sign, timingSafeEqual, verify } from 'node:crypto';
import { AwsError } from '../../contract.ts';
import type { RawObject } from '../../template/raw-template.ts';
import type { KmsKey } from './key-store.ts';

/** GenerateMac, VerifyMac, Sign, Verify and GetPublicKey. */

const largestMessageBytes = 4_096;

const macAlgorithms: { readonly [spec: string]: { readonly name: string; readonly digest: string } } = {
  HMAC_224: { name: 'HMAC_SHA_224', digest: 'sha224' },
  HMAC_256: { name: 'HMAC_SHA_256', digest: 'sha256' },
  HMAC_384: { name: 'HMAC_SHA_384', digest: 'sha384' },
  HMAC_512: { name: 'HMAC_SHA_512', digest: 'sha512' },
};

const signingAlgorithms: { readonly [spec: string]: { readonly name: string; readonly digest: string | null } } = {
  ECC_NIST_P256: { name: 'ECDSA_SHA_256', digest: 'sha256' },
  ECC_NIST_P384: { name: 'ECDSA_SHA_384', digest: 'sha384' },
  ECC_NIST_EDWARDS25519: { name: 'ED25519_SHA_512', digest: null },
  ML_DSA_44: { name: 'ML_DSA_SHAKE_256', digest: null },
};

/** Key specs whose keys encrypt to a public half. */
export const encryptionAlgorithms: { readonly [spec: string]: readonly string[] } = {
  RSA_3072: ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'],
};

/** The algorithms a key offers, as DescribeKey lists them. */
export function algorithmsOf(key: KmsKey): RawObject {
  const mac = macAlgorithms[key.spec];
  const signing = signingAlgorithms[key.spec];
  if (mac !== undefined) {
    return { MacAlgorithms: [mac.name] };
  }
  return signing === undefined
    ? { EncryptionAlgorithms: encryptionAlgorithms[key.spec] ?? ['SYMMETRIC_DEFAULT'] }
    : { SigningAlgorithms: [signing.name] };
}

/** @throws {AwsError} `InvalidKeyUsageException`, `DisabledException` */
export function requireUsage(key: KmsKey, usage: string, operation: string): void {
  if (!key.enabled) {
    throw new AwsError('DisabledException', 400, `${key.arn} is disabled.`);
  }
  if (key.usage !== usage) {
    throw new AwsError(
      'InvalidKeyUsageException',
      400,
      `${key.arn} key usage is ${key.usage} which is not valid for ${operation}.`,
    );
  }
}

/** The bytes of a base64 member. @throws {AwsError} `ValidationException` where it is absent, empty or too long */
export function bytesOf(input: RawObject, member: string, largest: number = largestMessageBytes): Buffer {
  const value = input[member];
  const bytes = typeof value === 'string' ? Buffer.from(value, 'base64') : Buffer.alloc(0);
  if (bytes.byteLength >= 1 && bytes.byteLength <= largest) {
    return bytes;
  }
  const limit = bytes.byteLength === 0 ? 'greater than or equal to 1' : `less than or equal to ${largest}`;
  const name = `${member.charAt(0).toLowerCase()}${member.slice(1)}`;
  const message = `1 validation error detected: Value at '${name}' failed to satisfy constraint: Member must have length ${limit}`;
  throw new AwsError('ValidationException', 400, message);
}

function macOf(key: KmsKey, input: RawObject, operation: string): { readonly mac: Buffer; readonly name: string } {
  requireUsage(key, 'GENERATE_VERIFY_MAC', operation);
  const algorithm = macAlgorithms[key.spec];
  if (algorithm === undefined || input['MacAlgorithm'] !== algorithm.name) {
    const message = `Algorithm ${String(input['MacAlgorithm'])} is incompatible with key spec ${key.spec}.`;
    throw new AwsError('InvalidKeyUsageException', 400, message);
  }
  const mac = createHmac(algorithm.digest, key.material).update(bytesOf(input, 'Message')).digest();
  return { mac, name: algorithm.name };
}

export function generateMac(key: KmsKey, input: RawObject): object {
  const { mac, name } = macOf(key, input, 'GenerateMac');
  return { KeyId: key.arn, Mac: mac.toString('base64'), MacAlgorithm: name };
}

export function verifyMac(key: KmsKey, input: RawObject): object {
  const { mac, name } = macOf(key, input, 'VerifyMac');
  const claimed = bytesOf(input, 'Mac', 6_144);
  if (claimed.byteLength !== mac.byteLength || !timingSafeEqual(claimed, mac)) {
    throw new AwsError('KMSInvalidMacException', 400, '');
  }
  return { KeyId: key.arn, MacValid: true, MacAlgorithm: name };
}

function signingOf(
  key: KmsKey,
  input: RawObject,
  operation: string,
): { readonly name: string; readonly digest: string | null } {
  requireUsage(key, 'SIGN_VERIFY', operation);
  const algorithm = signingAlgorithms[key.spec];
  if (algorithm === undefined || input['SigningAlgorithm'] !== algorithm.name) {
    const message = `Algorithm ${String(input['SigningAlgorithm'])} is incompatible with key spec ${key.spec}.`;
    throw new AwsError('InvalidKeyUsageException', 400, message);
  }
  if ((input['MessageType'] ?? 'RAW') !== 'RAW') {
    throw new AwsError('UnsupportedOperationException', 400, 'the sandbox signs messages of the type RAW only');
  }
  return algorithm;
}

export function signMessage(key: KmsKey, input: RawObject): object {
  const { name, digest } = signingOf(key, input, 'Sign');
  const signature = sign(digest, bytesOf(input, 'Message'), key.material);
  return { KeyId: key.arn, Signature: signature.toString('base64'), SigningAlgorithm: name };
}

export function verifySignature(key: KmsKey, input: RawObject): object {
  const { name, digest } = signingOf(key, input, 'Verify');
  const message = bytesOf(input, 'Message');
  if (!verify(digest, message, createPublicKey(key.material), bytesOf(input, 'Signature', 6_144))) {
    throw new AwsError('KMSInvalidSignatureException', 400, '');
  }
  return { KeyId: key.arn, SignatureValid: true, SigningAlgorithm: name };
}

export function getPublicKey(key: KmsKey): object {
  if (signingAlgorithms[key.spec] === undefined && encryptionAlgorithms[key.spec] === undefined) {
    throw new AwsError('UnsupportedOperationException', 400, `${key.arn} is not an asymmetric key.`);
  }
  const der = createPublicKey(key.material).export({ type: 'spki', format: 'der' });
  return {
    KeyId: key.arn,
    PublicKey: der.toString('base64'),
    KeySpec: key.spec,
    CustomerMasterKeySpec: key.spec,
    KeyUsage: key.usage,
    ...algorithmsOf(key),
  };
}
