import { type KeyObject, sign } from 'node:crypto';
import * as asn1js from 'asn1js';
import { AlgorithmIdentifier } from 'pkijs';

/** Digests the authority signs over. SHA-1 is there for tests of what must be refused. */
export type SigningDigest = 'sha1' | 'sha256' | 'sha384' | 'sha512';

const digestIds: { readonly [D in SigningDigest]: string } = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
};

const rsaIds: { readonly [D in SigningDigest]: string } = {
  sha1: '1.2.840.113549.1.1.5',
  sha256: '1.2.840.113549.1.1.11',
  sha384: '1.2.840.113549.1.1.12',
  sha512: '1.2.840.113549.1.1.13',
};

const ecdsaIds: { readonly [D in SigningDigest]: string } = {
  sha1: '1.2.840.10045.4.1',
  sha256: '1.2.840.10045.4.3.2',
  sha384: '1.2.840.10045.4.3.3',
  sha512: '1.2.840.10045.4.3.4',
};

/** A digest's identifier, with the NULL that RFC 5754 allows and most write. */
export function digestAlgorithm(digest: SigningDigest): AlgorithmIdentifier {
  return new AlgorithmIdentifier({ algorithmId: digestIds[digest], algorithmParams: new asn1js.Null() });
}

/** The identifier of RSA PKCS #1 v1.5 or ECDSA, by the key. @throws {TypeError} for another kind of key */
export function signatureAlgorithm(key: KeyObject, digest: SigningDigest): AlgorithmIdentifier {
  if (key.asymmetricKeyType === 'rsa')
    return new AlgorithmIdentifier({ algorithmId: rsaIds[digest], algorithmParams: new asn1js.Null() });
  if (key.asymmetricKeyType === 'ec') return new AlgorithmIdentifier({ algorithmId: ecdsaIds[digest] });
  throw new TypeError(`expected an RSA or EC key, got \`${key.asymmetricKeyType}\``);
}

/** The signature as X.509 and CMS hold it. */
export function signatureOver(bytes: Uint8Array, key: KeyObject, digest: SigningDigest): Uint8Array<ArrayBuffer> {
  return new Uint8Array(sign(digest, bytes, key));
}
