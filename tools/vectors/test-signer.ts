import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { cosignatureMessage, cosignaturePayload } from '../../core/ledger/log/cosignature.ts';
import {
  formatVerifierKey,
  noteKeyId,
  SIGNATURE_COSIGNATURE,
  SIGNATURE_ED25519,
  signatureLine,
} from '../../core/ledger/log/note.ts';

/** DER before the bytes of a raw private key. @see RFC 8410 */
const PKCS8_PREFIX_HEX = '302e020100300506032b657004220420';
const RAW_KEY_BYTES = 32;

/** A signer whose private key anybody can compute from its name. */
export interface TestSigner {
  readonly name: string;
  readonly publicKey: Uint8Array;
  /** Verifier key for plain signatures, type 0x01. */
  readonly vkey: string;
  /** Verifier key for timestamped cosignatures, type 0x04. */
  readonly timedVkey: string;
  sign(message: Uint8Array | string): Uint8Array;
  line(text: string): string;
  timedLine(text: string, timeSeconds: number): string;
}

/** The signer of a name: its Ed25519 seed is SHA-256 of a public text that holds the name. */
export function testSigner(name: string): TestSigner {
  const seed = createHash('sha256').update(`countersign test vectors/v1/key/${name}`).digest();
  const der = Buffer.concat([Buffer.from(PKCS8_PREFIX_HEX, 'hex'), seed]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const publicKey = new Uint8Array(spki.subarray(-RAW_KEY_BYTES));
  const signs = (message: Uint8Array | string) => new Uint8Array(sign(null, Buffer.from(message), privateKey));
  return {
    name,
    publicKey,
    vkey: formatVerifierKey(name, SIGNATURE_ED25519, publicKey),
    timedVkey: formatVerifierKey(name, SIGNATURE_COSIGNATURE, publicKey),
    sign: signs,
    line: (text) => signatureLine(name, noteKeyId(name, SIGNATURE_ED25519, publicKey), signs(text)),
    timedLine: (text, timeSeconds) => {
      const signature = signs(cosignatureMessage(Buffer.from(text), timeSeconds));
      const keyId = noteKeyId(name, SIGNATURE_COSIGNATURE, publicKey);
      return signatureLine(name, keyId, cosignaturePayload(timeSeconds, signature));
    },
  };
}
