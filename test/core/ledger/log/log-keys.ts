import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { formatCheckpointBody } from '../../../../core/ledger/log/checkpoint.ts';
import { cosignatureMessage, cosignaturePayload } from '../../../../core/ledger/log/cosignature.ts';
import {
  formatNote,
  formatVerifierKey,
  parseVerifierKey,
  SIGNATURE_COSIGNATURE,
  SIGNATURE_ED25519,
  signatureLine,
  type VerifierKey,
} from '../../../../core/ledger/log/note.ts';

/** A key pair that signs notes under a name. */
export interface NoteSigner {
  readonly key: VerifierKey;
  readonly vkey: string;
  readonly privateKey: KeyObject;
}

/** A new key pair. */
export function noteSigner(name: string, type: number): NoteSigner {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32));
  const vkey = formatVerifierKey(name, type, raw);
  const parsed = parseVerifierKey(vkey);
  if (!parsed.ok) throw new Error('expected a verifier key');
  return { key: parsed.value, vkey, privateKey };
}

export const newLog = (origin: string) => noteSigner(origin, SIGNATURE_ED25519);
export const newWitness = (name: string) => noteSigner(name, SIGNATURE_COSIGNATURE);

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** A checkpoint that a log signed. */
export function signedCheckpoint(log: NoteSigner, size: number, root: Uint8Array, origin = log.key.name): string {
  const body = formatCheckpointBody({ origin, size, root });
  return formatNote(body, [signatureLine(log.key.name, log.key.keyId, sign(null, bytesOf(body), log.privateKey))]);
}

/** The line by which a witness cosigns the checkpoint of a note at a time. */
export function cosignatureLine(witness: NoteSigner, note: string, timeSeconds: number): string {
  const body = bytesOf(note.slice(0, note.lastIndexOf('\n\n') + 1));
  const signature = sign(null, cosignatureMessage(body, timeSeconds), witness.privateKey);
  return signatureLine(witness.key.name, witness.key.keyId, cosignaturePayload(timeSeconds, signature));
}
