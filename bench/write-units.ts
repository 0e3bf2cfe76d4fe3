import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { transactItem } from '../aws/transact-items.ts';
import type { Write } from '../core/state/entities.ts';

const KILOBYTE = 1_024;
/** A transactional write costs two units per started kilobyte. */
const UNITS_PER_KILOBYTE = 2;
/** A strongly consistent read costs one unit per started four kilobytes, and one for an item that is not there. */
const READ_UNIT_BYTES = 4 * KILOBYTE;

const TABLES = { state: 'state', registry: 'registry', ledger: 'ledger' };

/**
 * Write units of one transaction by DynamoDB's size rules. For an update or a check the stored item counts, which is
 * given.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function transactionWriteUnits(writes: readonly Write[], storedBytes: (write: Write) => number): number {
  return writes.reduce((units, write) => {
    const bytes = write.op === 'put' ? putBytes(write) : storedBytes(write);
    return units + UNITS_PER_KILOBYTE * Math.max(1, Math.ceil(bytes / KILOBYTE));
  }, 0);
}

/** Read units of one strongly consistent read of an item, or of nothing. */
export function readUnits(item: Record<string, AttributeValue> | undefined): number {
  return item === undefined ? 1 : Math.max(1, Math.ceil(itemBytes(item) / READ_UNIT_BYTES));
}

/** Size of a put item as it is sent, keys included, bytes. */
export function putBytes(write: Extract<Write, { op: 'put' }>): number {
  return itemBytes(transactItem(write, TABLES).Put?.Item ?? {});
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
