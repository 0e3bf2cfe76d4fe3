import { rawEd25519PublicKey } from '../ed25519.ts';
import { noteKeyId, SIGNATURE_ED25519 } from '../ledger/log/note.ts';
import { formatPinnedKey } from '../ledger/log/pinned-key.ts';
import type { LedgerEvent } from '../ledger/parse-event.ts';

/** A key as the control chain tells of it. Times are ISO 8601, UTC. */
export interface RecordedKey {
  readonly purpose: string;
  readonly generation: number;
  readonly keyId: string;
  /** SubjectPublicKeyInfo in base64; null for a key that has no public half. */
  readonly publicKey: string | null;
  readonly introduced?: string;
  readonly retired?: string;
  /** Leaves of the log when its key was retired. */
  readonly untilSize?: number;
}

/** The keys that the control chain's events tell of, in the order they were first told of. */
export function keysOfEvents(events: Iterable<LedgerEvent>): readonly RecordedKey[] {
  const keys = new Map<string, RecordedKey>();
  for (const { type, timeMs, data } of events) {
    if (type !== 'control.key_introduced' && type !== 'control.key_retired') continue;
    const { purpose, generation, keyId, publicKey, logSize } = data;
    if (typeof purpose !== 'string' || typeof generation !== 'number' || typeof keyId !== 'string') continue;
    const name = `${purpose} ${generation}`;
    const before = keys.get(name);
    const time = new Date(timeMs).toISOString();
    const told = { purpose, generation, keyId, publicKey: typeof publicKey === 'string' ? publicKey : null };
    if (type === 'control.key_introduced') {
      keys.set(name, { ...told, ...before, introduced: before?.introduced ?? time });
    } else {
      const untilSize = typeof logSize === 'number' ? { untilSize: before?.untilSize ?? logSize } : {};
      keys.set(name, { ...told, ...before, retired: before?.retired ?? time, ...untilSize });
    }
  }
  return [...keys.values()];
}

/** A key of the log as its readers pin it; undefined for keys of other purposes. */
export function logKeyLine({ purpose, publicKey, untilSize }: RecordedKey, origin: string): string | undefined {
  const raw =
    purpose === 'log' && publicKey !== null ? rawEd25519PublicKey(Buffer.from(publicKey, 'base64')) : undefined;
  if (raw === undefined) return undefined;
  const key = {
    name: origin,
    keyId: noteKeyId(origin, SIGNATURE_ED25519, raw),
    type: SIGNATURE_ED25519,
    publicKey: raw,
  };
  return formatPinnedKey(untilSize === undefined ? key : { ...key, untilSize });
}
