import { deflateRawSync } from 'node:zlib';
import type { DynamoDBRecord } from 'aws-lambda';

/** A ledger row as the table's stream delivers it. */
export function streamRecord(row: {
  readonly chain: string;
  readonly seq: number;
  readonly bytes: Uint8Array;
}): DynamoDBRecord {
  return {
    eventName: 'INSERT',
    dynamodb: {
      SequenceNumber: `${row.chain}#${row.seq}`,
      NewImage: {
        pk: { S: row.chain },
        sk: { S: String(row.seq).padStart(16, '0') },
        deflated: { B: deflateRawSync(row.bytes).toString('base64') },
      },
    },
  };
}
