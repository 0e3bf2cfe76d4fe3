import { createHash, verify } from 'node:crypto';
import { fromBase64, toBase64 } from '../../base64.ts';
import { ED25519_KEY_BYTES, ed25519PublicKey } from '../../ed25519.ts';
import type { Result } from '../../result.ts';
import { ok, refused } from '../../result.ts';
import { cosignatureMessage } from './cosignature.ts';

/** Ed25519 over the note's text. */
export const SIGNATURE_ED25519 = 0x01;
/** Ed25519 over the note's text and a time. */
export const SIGNATURE_COSIGNATURE = 0x04;

/** A public key and the name it signs under. */
export interface VerifierKey {
  readonly name: string;
  readonly keyId: number;
  readonly type: number;
  /** Raw, 32 bytes for both types known here. */
  readonly publicKey: Uint8Array;
}

/** One signature line of a note. */
export interface NoteSignature {
  readonly name: string;
  readonly keyId: number;
  readonly signature: Uint8Array;
  readonly line: string;
}

/** A text and the lines that sign it; nothing is verified yet. */
export interface Note {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A note of which at least one signature was verified. */
export interface OpenNote {
  readonly text: string;
  readonly verified: readonly { readonly key: VerifierKey; readonly timeSeconds?: number }[];
  /** Lines of keys that were not given: ignored, as they may be of any kind. */
  readonly unknown: number;
}

/** Why a note is not accepted. */
export type NoteProblem =
  | { readonly code: 'note_malformed'; readonly expected: string }
  | { readonly code: 'note_signature_invalid'; readonly name: string }
  | { readonly code: 'note_unsigned' };

const MAX_SIGNATURES = 64;
const KEY_ID_BYTES = 4;
const NAME = /^[^\s+\p{Cc}]+$/u;
const LINE = /^\u2014 (\S+) ([A-Za-z0-9+/]+={0,2})$/u;

/** First four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ key), as a number. @see https://c2sp.org/signed-note */
export function noteKeyId(name: string, type: number, publicKey: Uint8Array): number {
  const hash = createHash('sha256').update(`${name}\n`).update(Uint8Array.of(type)).update(publicKey);
  return hash.digest().readUInt32BE();
}

/** `name+hex(key id)+base64(type ‖ key)`. @see https://c2sp.org/signed-note */
export function formatVerifierKey(name: string, type: number, publicKey: Uint8Array): string {
  const id = noteKeyId(name, type, publicKey).toString(16).padStart(8, '0');
  return `${name}+${id}+${toBase64(Uint8Array.of(type, ...publicKey))}`;
}

/** Reads a verifier key; its id must be that of its content. */
export function parseVerifierKey(text: string): Result<VerifierKey, NoteProblem> {
  const [, name = '', id = '', encoded = ''] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/u.exec(text) ?? [];
  const [type, ...key] = fromBase64(encoded) ?? [];
  if (name === '' || !NAME.test(name) || type === undefined) return malformed('a verifier key `name+id+key`');
  const publicKey = Uint8Array.from(key);
  if ((type === SIGNATURE_ED25519 || type === SIGNATURE_COSIGNATURE) && publicKey.length !== ED25519_KEY_BYTES)
    return malformed(`a key of ${ED25519_KEY_BYTES} bytes`);
  const keyId = Number.parseInt(id, 16);
  if (noteKeyId(name, type, publicKey) !== keyId) return malformed('a key id that fits the key');
  return ok({ name, keyId, type, publicKey });
}

/** One signature line, with its line feed. */
export function signatureLine(name: string, keyId: number, payload: Uint8Array): string {
  const id = Buffer.alloc(KEY_ID_BYTES);
  id.writeUInt32BE(keyId);
  return `\u2014 ${name} ${toBase64(Buffer.concat([id, payload]))}\n`;
}

/** A signed note: the text, an empty line, the signature lines. */
export function formatNote(text: string, lines: readonly string[]): string {
  return `${text}\n${lines.join('')}`;
}

/** Reads a signed note without verifying it. */
export function parseNote(note: string): Result<Note, NoteProblem> {
  if (/[^\P{Cc}\n]/u.test(note) || !note.isWellFormed()) return malformed('no control characters');
  const split = note.lastIndexOf('\n\n');
  if (split < 0) return malformed('an empty line before the signatures');
  const text = note.slice(0, split + 1);
  const block = note.slice(split + 2);
  if (block === '' || !block.endsWith('\n')) return malformed('signature lines that end with a line feed');
  const signatures: NoteSignature[] = [];
  for (const line of block.slice(0, -1).split('\n')) {
    const [, name = '', encoded = ''] = LINE.exec(line) ?? [];
    const bytes = Buffer.from(encoded, 'base64');
    if (!NAME.test(name) || bytes.length <= KEY_ID_BYTES || bytes.toString('base64') !== encoded)
      return malformed('a signature line `\u2014 name signature`');
    signatures.push({ name, keyId: bytes.readUInt32BE(), signature: bytes.subarray(KEY_ID_BYTES), line: `${line}\n` });
  }
  return signatures.length > MAX_SIGNATURES
    ? malformed(`at most ${MAX_SIGNATURES} signatures`)
    : ok({ text, signatures });
}

/**
 * Reads a note and verifies it with known keys. Lines of other keys are ignored; one bad line of a known key refuses the
 * whole note, so that nobody is shown a good signature beside a bad one of the same signer.
 */
export function openNote(note: string, keys: readonly VerifierKey[]): Result<OpenNote, NoteProblem> {
  const parsed = parseNote(note);
  if (!parsed.ok) return parsed;
  const { text, signatures } = parsed.value;
  const verified: { key: VerifierKey; timeSeconds?: number }[] = [];
  let unknown = 0;
  for (const { name, keyId, signature } of signatures) {
    const key = keys.find((known) => known.name === name && known.keyId === keyId);
    if (key === undefined) {
      unknown += 1;
      continue;
    }
    const found = verifySignature(key, text, signature);
    if (found === undefined) return refused({ code: 'note_signature_invalid', name });
    if (!verified.some((earlier) => earlier.key === key)) verified.push({ key, ...found });
  }
  return verified.length === 0 ? refused({ code: 'note_unsigned' }) : ok({ text, verified, unknown });
}

const ED25519_BYTES = 64;
const TIME_BYTES = 8;

function verifySignature(
  { type, publicKey }: VerifierKey,
  text: string,
  signature: Uint8Array,
): { readonly timeSeconds?: number } | undefined {
  if (publicKey.length !== ED25519_KEY_BYTES) return undefined;
  const key = ed25519PublicKey(publicKey);
  const body = new TextEncoder().encode(text);
  if (type === SIGNATURE_ED25519)
    return signature.length === ED25519_BYTES && verify(null, body, key, signature) ? {} : undefined;
  if (type !== SIGNATURE_COSIGNATURE || signature.length !== TIME_BYTES + ED25519_BYTES) return undefined;
  const time = Buffer.from(signature).readBigUInt64BE();
  if (time > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  const timeSeconds = Number(time);
  const message = cosignatureMessage(body, timeSeconds);
  return verify(null, message, key, signature.subarray(TIME_BYTES)) ? { timeSeconds } : undefined;
}

function malformed(expected: string) {
  return refused<NoteProblem>({ code: 'note_malformed', expected });
}
