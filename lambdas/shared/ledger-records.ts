import type { DynamoDBRecord } from 'aws-lambda';
import { ledgerItemBytes } from '../../aws/ledger-item.ts';
import type { Delivery } from '../../core/ledger/archive-batch.ts';
import { ledgerRow } from '../../core/ledger/ledger-row.ts';
import { CorruptState } from '../../core/state/stored.ts';

/** A stream batch as deliveries, and the records that are no ledger rows. */
export interface DecodedRecords {
  readonly deliveries: readonly Delivery[];
  readonly unreadable: readonly { readonly itemId: string; readonly error: CorruptState }[];
}

/**
 * Decodes the stream's records; `itemId` is the sequence number a partial batch failure is reported by. The ledger is
 * append-only, so a modification or removal is as unreadable as damaged bytes.
 */
export function decodeRecords(records: readonly DynamoDBRecord[]): DecodedRecords {
  const deliveries: Delivery[] = [];
  const unreadable: { itemId: string; error: CorruptState }[] = [];
  for (const record of records) {
    const itemId = record.dynamodb?.SequenceNumber ?? '';
    try {
      deliveries.push({ itemId, row: decode(record) });
    } catch (error) {
      if (!(error instanceof CorruptState)) throw error;
      unreadable.push({ itemId, error });
    }
  }
  return { deliveries, unreadable };
}

function decode(record: DynamoDBRecord) {
  if (record.eventName !== 'INSERT')
    throw new CorruptState(`expected an insertion into the ledger, got \`${record.eventName}\``);
  const { pk, sk, deflated } = record.dynamodb?.NewImage ?? {};
  if (pk?.S === undefined || sk?.S === undefined || deflated?.B === undefined)
    throw new CorruptState('expected `pk`, `sk` and `deflated` in a ledger item');
  return ledgerRow(pk.S, Number(sk.S), ledgerItemBytes({ deflated: { B: Buffer.from(deflated.B, 'base64') } }));
}
