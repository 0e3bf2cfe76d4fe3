import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { toAttributes } from '../aws/attribute-values.ts';
import { keyOf } from '../aws/keys.ts';
import { packLedgerItem } from '../aws/ledger-item.ts';
import type { Write } from '../core/state/entities.ts';

const KILOBYTE = 1_024;
/** A transactional write costs two units per started kilobyte. */
const UNITS_PER_KILOBYTE = 2;

/**
 * Write units of one transaction by DynamoDB's size rules. For an update the stored item counts, which is given.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function transactionWriteUnits(writes: readonly Write[], storedBytes: (write: Write) => number): number {
  return writes.reduce((units, write) => {
    const bytes = write.op === 'put' ? putBytes(write) : storedBytes(write);
    return units + UNITS_PER_KILOBYTE * Math.max(1, Math.ceil(bytes / KILOBYTE));
  }, 0);
}

/** Size of a put item, keys included, bytes. */
export function putBytes(write: Extract<Write, { op: 'put' }>): number {
  const { pk, sk } = keyOf(write.ref);
  const item = write.ref.entity === 'ledgerEvent' ? packLedgerItem(write.item) : write.item;
  return itemBytes(toAttributes({ ...item, pk, sk }));
}

/** Size of an item: names and values as UTF-8, numbers packed two digits a byte plus one. */
export function itemBytes(item: Record<string, AttributeValue>): number {
  return Object.entries(item).reduce((bytes, [name, value]) => bytes + Buffer.byteLength(name) + valueBytes(value), 0);
}

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return Math.ceil(value.N.replace(/\D/g, '').length / 2) + 1;
  if (value.B !== undefined) return value.B.byteLength;
  if (value.L !== undefined) return 3 + value.L.reduce((bytes, each) => bytes + 1 + valueBytes(each), 0);
  if (value.M !== undefined) {
    return (
      3 +
      Object.entries(value.M).reduce((bytes, [name, each]) => bytes + 1 + Buffer.byteLength(name) + valueBytes(each), 0)
    );
  }
  return 1;
}
