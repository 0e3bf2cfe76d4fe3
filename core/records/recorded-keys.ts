import type { EntityRef, StoredItem, Write } from '../state/entities.ts';
import { asNumber } from '../state/stored.ts';
import type { KeyPurpose, KeyStep } from './record-key-change.ts';

/** The highest generations of a purpose that were recorded; 0 where none was. */
export interface RecordedGenerations {
  readonly introduced: number;
  readonly retired: number;
}

/** Where it is kept how far a purpose's keys are recorded. */
export function recordedKeysRef(purpose: KeyPurpose): EntityRef {
  return { entity: 'recordedKeys', purpose };
}

/** Reads what is stored at {@link recordedKeysRef}. */
export function decodeRecordedKeys(item: StoredItem | undefined): RecordedGenerations {
  if (item === undefined) return { introduced: 0, retired: 0 };
  return { introduced: asNumber(item['introduced'], 'introduced'), retired: asNumber(item['retired'], 'retired') };
}

/** The write that notes another recorded change, provided that what was read still holds. */
export function recordedKeysWrite(
  purpose: KeyPurpose,
  item: StoredItem | undefined,
  step: KeyStep,
  generation: number,
): Write {
  const { introduced, retired } = decodeRecordedKeys(item);
  const next =
    step === 'introduce'
      ? { introduced: Math.max(introduced, generation), retired }
      : { introduced, retired: Math.max(retired, generation) };
  return {
    op: 'put',
    ref: recordedKeysRef(purpose),
    item: next,
    when:
      item === undefined
        ? [{ if: 'absent' }]
        : [
            { if: 'equals', attribute: 'introduced', value: introduced },
            { if: 'equals', attribute: 'retired', value: retired },
          ],
  };
}
