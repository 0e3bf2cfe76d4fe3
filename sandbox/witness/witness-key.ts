import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { cosignatureMessage, cosignaturePayload } from '../../core/ledger/log/cosignature.ts';
import type { VerifierKey } from '../../core/ledger/log/note.ts';
import { formatVerifierKey, noteKeyId, SIGNATURE_COSIGNATURE, signatureLine } from '../../core/ledger/log/note.ts';
import { readIfPresent, writeDurable } from '../front/durable-file.ts';

/** A witness's key. */
export interface WitnessKey {
  readonly verifierKey: VerifierKey;
  /** The verifier key as policies name it. */
  readonly vkey: string;
  /** The signature line that states a checkpoint's body was seen at a time. */
  cosign(text: string, timeSeconds: number): string;
}

/** The key kept at `path`, which only its owner may read; made when there is none. */
export function openWitnessKey(path: string, name: string): WitnessKey {
  const stored = readIfPresent(path);
  const privateKey =
    stored === undefined ? generateKeyPairSync('ed25519').privateKey : createPrivateKey(stored.toString('utf8'));
  if (stored === undefined) writeDurable(path, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const publicKey = new Uint8Array(spki.subarray(-32));
  const keyId = noteKeyId(name, SIGNATURE_COSIGNATURE, publicKey);
  return {
    verifierKey: { name, keyId, type: SIGNATURE_COSIGNATURE, publicKey },
    vkey: formatVerifierKey(name, SIGNATURE_COSIGNATURE, publicKey),
    cosign: (text, timeSeconds) => {
      const message = cosignatureMessage(new TextEncoder().encode(text), timeSeconds);
      return signatureLine(name, keyId, cosignaturePayload(timeSeconds, sign(null, message, privateKey)));
    },
  };
}
