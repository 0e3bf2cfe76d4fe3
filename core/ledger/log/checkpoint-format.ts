import { formatCheckpointBody, parseCheckpointBody } from './checkpoint.ts';
import { cosignatureMessage, cosignaturePayload } from './cosignature.ts';
import type { VerifierKey } from './note.ts';
import { formatNote, noteKeyId, openNote, SIGNATURE_COSIGNATURE, SIGNATURE_ED25519, signatureLine } from './note.ts';
import type { CheckpointFormat, LogSignature } from './ports.ts';

/** The keys a log signs with under one name: each states a tree head, and a time for it. */
export function logVerifierKeys(origin: string, publicKeys: readonly Uint8Array[]): readonly VerifierKey[] {
  return publicKeys.flatMap((publicKey) =>
    [SIGNATURE_ED25519, SIGNATURE_COSIGNATURE].map((type) => ({
      name: origin,
      keyId: noteKeyId(origin, type, publicKey),
      type,
      publicKey,
    })),
  );
}

/**
 * A log's checkpoints: C2SP signed notes with the log's signature, and the log key's own timestamped cosignature that
 * states when the head was made.
 *
 * @param publicKeys raw Ed25519 keys whose checkpoints count, retired ones too
 * @see https://c2sp.org/tlog-checkpoint
 */
export function checkpointFormat(origin: string, publicKeys: readonly Uint8Array[]): CheckpointFormat {
  const keys = logVerifierKeys(origin, publicKeys);
  const open = (note: Uint8Array) => openHead(note, origin, keys);
  return {
    body: (size, rootHex) => encode(formatCheckpointBody({ origin, size, root: Buffer.from(rootHex, 'hex') })),
    timedMessage: cosignatureMessage,
    note: (body, timeSeconds, signed) => {
      const lines = signed.flatMap((signature) => signatureLines(origin, timeSeconds, signature));
      const note = formatNote(decode(body), lines);
      const opened = openNote(
        note,
        logVerifierKeys(
          origin,
          signed.map(({ publicKey }) => publicKey),
        ),
      );
      return opened.ok && opened.value.verified.length === lines.length ? encode(note) : undefined;
    },
    addLines: (note, lines) => encode(`${decode(note)}${lines.join('')}`),
    open,
  };
}

function signatureLines(origin: string, timeSeconds: number, signed: LogSignature): readonly string[] {
  const { publicKey, signature, timedSignature } = signed;
  return [
    signatureLine(origin, noteKeyId(origin, SIGNATURE_ED25519, publicKey), signature),
    signatureLine(
      origin,
      noteKeyId(origin, SIGNATURE_COSIGNATURE, publicKey),
      cosignaturePayload(timeSeconds, timedSignature),
    ),
  ];
}

function openHead(
  note: Uint8Array,
  origin: string,
  keys: readonly VerifierKey[],
): ReturnType<CheckpointFormat['open']> {
  const text = wellFormed(note);
  const opened = text === undefined ? undefined : openNote(text, keys);
  if (opened?.ok !== true || !opened.value.verified.some(({ key }) => key.type === SIGNATURE_ED25519)) return undefined;
  const head = parseCheckpointBody(opened.value.text);
  if (!head.ok || head.value.origin !== origin) return undefined;
  return { size: head.value.size, rootHex: Buffer.from(head.value.root).toString('hex') };
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function wellFormed(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
