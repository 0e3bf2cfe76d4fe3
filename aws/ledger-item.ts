import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { StoredItem } from '../core/state/entities.ts';
import { asBytes, CorruptState } from '../core/state/stored.ts';

/** The attribute that holds an event's exact bytes, deflated (RFC 1951). */
const ATTRIBUTE = 'deflated';

/** The attribute that holds the event's encrypted details, where it has any. */
const DETAILS_ATTRIBUTE = 'details';

/** Largest event that is read back, bytes: DynamoDB's own limit on an item. */
const MAX_EVENT_BYTES = 400 * 1_024;

/**
 * A ledger row as DynamoDB stores it. An ordinary decision of about 1.7 KB then fits one kilobyte, which halves what
 * the row costs to write; inflating gives the exact bytes back. Details are ciphertext, which does not compress.
 */
export function packLedgerItem(item: StoredItem): StoredItem {
  const { bytes, details } = item;
  return {
    [ATTRIBUTE]: deflateRawSync(asBytes(bytes, 'bytes')),
    ...(details !== undefined && { [DETAILS_ATTRIBUTE]: details }),
  };
}

/**
 * The exact bytes of a stored ledger row.
 *
 * @throws {CorruptState} when the row holds none, or what it holds does not inflate
 */
export function ledgerItemBytes(item: { readonly [attribute: string]: AttributeValue | undefined }): Uint8Array {
  const packed = item[ATTRIBUTE]?.B;
  if (packed === undefined) throw new CorruptState(`expected \`${ATTRIBUTE}\` in a ledger row, got nothing`);
  try {
    return Uint8Array.from(inflateRawSync(packed, { maxOutputLength: MAX_EVENT_BYTES }));
  } catch {
    throw new CorruptState('expected a ledger row to inflate, got damaged bytes');
  }
}

/** The encrypted details beside a stored ledger row; `undefined` where none were kept. */
export function ledgerItemDetails(item: {
  readonly [attribute: string]: AttributeValue | undefined;
}): Uint8Array | undefined {
  return item[DETAILS_ATTRIBUTE]?.B;
}
