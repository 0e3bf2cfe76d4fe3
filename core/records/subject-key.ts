import type { Condition, EntityRef, StoredItem, Write } from '../state/entities.ts';
import { asBytes, asNumber } from '../state/stored.ts';

/** A subject's key pair of one month. Whoever has the item can encrypt; only KMS can unwrap what decrypts. */
export interface SubjectKey {
  /** Raw X25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The private half, wrapped by the details key: what erasure destroys. */
  readonly wrapped: Uint8Array;
}

/** What is stored of a subject's month. `key` is absent once it was destroyed and until there is new data. */
export interface SubjectMonth {
  /** How many keys the month has had. */
  readonly generation: number;
  readonly key?: SubjectKey;
}

const NO_KEY: SubjectMonth = { generation: 0 };

/** Where a subject's key of a month is. `month` is `yyyy-mm`, UTC. */
export function subjectKeyRef(subject: string, month: string): EntityRef {
  return { entity: 'subjectKey', subject, month };
}

/** @throws {CorruptState} when the item is no subject's month */
export function decodeSubjectMonth(item: StoredItem | undefined): SubjectMonth {
  if (item === undefined) return NO_KEY;
  const generation = asNumber(item['generation'], 'generation');
  if (item['erasedAtMs'] !== undefined) return { generation };
  return {
    generation,
    key: { publicKey: asBytes(item['publicKey'], 'publicKey'), wrapped: asBytes(item['wrapped'], 'wrapped') },
  };
}

/** Stores a new key where `before` has none. */
export function newKeyWrite(subject: string, month: string, before: SubjectMonth, key: SubjectKey): Write {
  return {
    op: 'put',
    ref: subjectKeyRef(subject, month),
    item: { generation: before.generation + 1, publicKey: key.publicKey, wrapped: key.wrapped },
    when: unchanged(before),
  };
}

/** Destroys the key that `before` holds: the item that replaces it has none. */
export function erasedWrite(subject: string, month: string, before: SubjectMonth, nowMs: number): Write {
  return {
    op: 'put',
    ref: subjectKeyRef(subject, month),
    item: { generation: before.generation, erasedAtMs: nowMs },
    when: unchanged(before),
  };
}

function unchanged({ generation, key }: SubjectMonth): readonly Condition[] {
  if (generation === 0) return [{ if: 'absent' }];
  const same: Condition = { if: 'equals', attribute: 'generation', value: generation };
  return key === undefined ? [same] : [same, { if: 'attributeAbsent', attribute: 'erasedAtMs' }];
}
