import { constants, createCipheriv, createDecipheriv, privateDecrypt, publicEncrypt, randomBytes } from 'node:crypto';
import { AwsError } from '../../contract.ts';
import { objectOrEmpty, type RawObject } from '../../template/raw-template.ts';
import type { KmsKey } from './key-store.ts';
import { bytesOf, encryptionAlgorithms, requireUsage } from './mac-and-signature.ts';

/**
 * Encrypt, Decrypt and GenerateDataKey under SYMMETRIC_DEFAULT: AES-256-GCM bound to the encryption context. Encrypt and
 * Decrypt also under RSA keys with OAEP and SHA-256.
 */

const keyIdBytes = 36;
const ivBytes = 12;
const tagBytes = 16;
const largestCiphertextBytes = 6_144;

function additionalData(input: RawObject): Buffer {
  const pairs = Object.entries(objectOrEmpty(input['EncryptionContext'])).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(JSON.stringify(pairs));
}

function seal(key: KmsKey, plaintext: Buffer, input: RawObject): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key.material, iv).setAAD(additionalData(input));
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([Buffer.from(key.keyId, 'latin1'), iv, cipher.getAuthTag(), sealed]).toString('base64');
}

/** The id of the key a ciphertext was made with; it is not authentic before decryption. */
export function keyIdOfCiphertext(input: RawObject): string {
  return bytesOf(input, 'CiphertextBlob', largestCiphertextBytes).toString('latin1', 0, keyIdBytes);
}

const rsaAlgorithm = 'RSAES_OAEP_SHA_256';

function isRsa(key: KmsKey, input: RawObject): boolean {
  if (encryptionAlgorithms[key.spec] === undefined) {
    return false;
  }
  if (input['EncryptionAlgorithm'] !== rsaAlgorithm) {
    const message = `Algorithm ${String(input['EncryptionAlgorithm'])} is incompatible with key spec ${key.spec}.`;
    throw new AwsError('InvalidKeyUsageException', 400, message);
  }
  return true;
}

function rsaOptions(key: KmsKey) {
  return { key: key.material, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
}

export function encrypt(key: KmsKey, input: RawObject): object {
  requireUsage(key, 'ENCRYPT_DECRYPT', 'Encrypt');
  if (isRsa(key, input)) {
    const sealed = publicEncrypt(rsaOptions(key), bytesOf(input, 'Plaintext'));
    return { KeyId: key.arn, CiphertextBlob: sealed.toString('base64'), EncryptionAlgorithm: rsaAlgorithm };
  }
  const blob = seal(key, bytesOf(input, 'Plaintext'), input);
  return { KeyId: key.arn, CiphertextBlob: blob, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
}

export function decrypt(key: KmsKey, input: RawObject): object {
  requireUsage(key, 'ENCRYPT_DECRYPT', 'Decrypt');
  if (isRsa(key, input)) {
    return decryptRsa(key, input);
  }
  const blob = bytesOf(input, 'CiphertextBlob', largestCiphertextBytes).subarray(keyIdBytes);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.material, blob.subarray(0, ivBytes))
      .setAAD(additionalData(input))
      .setAuthTag(blob.subarray(ivBytes, ivBytes + tagBytes));
    const plaintext = Buffer.concat([decipher.update(blob.subarray(ivBytes + tagBytes)), decipher.final()]);
    return { KeyId: key.arn, Plaintext: plaintext.toString('base64'), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
  } catch {
    throw new AwsError('InvalidCiphertextException', 400, '');
  }
}

function decryptRsa(key: KmsKey, input: RawObject): object {
  try {
    const plaintext = privateDecrypt(rsaOptions(key), bytesOf(input, 'CiphertextBlob', largestCiphertextBytes));
    return { KeyId: key.arn, Plaintext: plaintext.toString('base64'), EncryptionAlgorithm: rsaAlgorithm };
  } catch {
    throw new AwsError('InvalidCiphertextException', 400, '');
  }
}

export function generateDataKey(key: KmsKey, input: RawObject): object {
  requireUsage(key, 'ENCRYPT_DECRYPT', 'GenerateDataKey');
  if (encryptionAlgorithms[key.spec] !== undefined) {
    throw new AwsError('InvalidKeyUsageException', 400, `${key.arn} is not a symmetric key.`);
  }
  const length = input['KeySpec'] === 'AES_128' ? 16 : Number(input['NumberOfBytes'] ?? 32);
  if (!Number.isInteger(length) || length < 1 || length > 1_024) {
    throw new AwsError('ValidationException', 400, 'NumberOfBytes must be between 1 and 1024');
  }
  const plaintext = randomBytes(length);
  return { KeyId: key.arn, Plaintext: plaintext.toString('base64'), CiphertextBlob: seal(key, plaintext, input) };
}
