import { createHash, hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AwsError } from '../../contract.ts';

/** The checksums S3 knows, as base64 of the big-endian value. */

const crc32cPolynomial = 0x82f63b78;
const crc64Polynomial = 0x9a6c9329ac4bc9b5n;
const allBits = 0xffffffffffffffffn;

const crc32cTable = Uint32Array.from({ length: 256 }, (_entry, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    value = (value & 1) === 1 ? (value >>> 1) ^ crc32cPolynomial : value >>> 1;
  }
  return value >>> 0;
});

const crc64Table = Array.from({ length: 256 }, (_entry, byte) => {
  let value = BigInt(byte);
  for (let bit = 0; bit < 8; bit += 1) {
    value = (value & 1n) === 1n ? (value >> 1n) ^ crc64Polynomial : value >> 1n;
  }
  return value;
});

function base64OfNumber(value: bigint, byteCount: number): string {
  return Buffer.from(value.toString(16).padStart(byteCount * 2, '0'), 'hex').toString('base64');
}

function crc32c(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value = (crc32cTable[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  }
  return (value ^ 0xffffffff) >>> 0;
}

function crc64nvme(bytes: Uint8Array): bigint {
  let value = allBits;
  for (const byte of bytes) {
    value = (crc64Table[Number((value ^ BigInt(byte)) & 0xffn)] ?? 0n) ^ (value >> 8n);
  }
  return value ^ allBits;
}

const algorithms: { readonly [name: string]: (bytes: Uint8Array) => string } = {
  crc32: (bytes) => base64OfNumber(BigInt(crc32(bytes)), 4),
  crc32c: (bytes) => base64OfNumber(BigInt(crc32c(bytes)), 4),
  crc64nvme: (bytes) => base64OfNumber(crc64nvme(bytes), 8),
  sha1: (bytes) => hash('sha1', bytes, 'base64'),
  sha256: (bytes) => hash('sha256', bytes, 'base64'),
};

/** Lower-case names of the checksum algorithms. */
export const checksumNames: readonly string[] = Object.keys(algorithms);

/** The checksum of `bytes` under the algorithm `name`. @throws {Error} for a name that is not one */
export function checksumOf(name: string, bytes: Uint8Array): string {
  const compute = algorithms[name];
  if (compute === undefined) {
    throw new Error(`expected a checksum algorithm, got \`${name}\``);
  }
  return compute(bytes);
}

/**
 * Checks what the client says of its bytes: `x-amz-checksum-*` and `Content-MD5`.
 *
 * @returns the checksum to store, by algorithm; CRC-64/NVME where the client sent none, as S3 does by itself
 * @throws {AwsError} `BadDigest` where one does not fit
 */
export function verifyChecksums(
  headers: { readonly [name: string]: string },
  bytes: Uint8Array,
): { readonly [algorithm: string]: string } {
  const md5 = headers['content-md5'];
  if (md5 !== undefined && md5 !== createHash('md5').update(bytes).digest('base64')) {
    throw new AwsError('BadDigest', 400, 'The Content-MD5 you specified did not match what we received.');
  }
  const sent = checksumNames.filter((name) => headers[`x-amz-checksum-${name}`] !== undefined);
  for (const name of sent) {
    if (headers[`x-amz-checksum-${name}`] !== checksumOf(name, bytes)) {
      throw new AwsError(
        'BadDigest',
        400,
        `The ${name.toUpperCase()} you specified did not match the calculated checksum.`,
      );
    }
  }
  const kept = sent.length > 0 ? sent : ['crc64nvme'];
  return Object.fromEntries(kept.map((name) => [name, checksumOf(name, bytes)]));
}
