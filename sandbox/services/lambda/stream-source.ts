import type { StreamReader, StreamRecord } from './event-source-mapping.ts';
import { asRecord, asText, optionalNumber } from './template-values.ts';

/** What the pollers need of the database. */
export interface StreamedTables {
  readStream(
    tableName: string,
    fromCheckpoint: string | undefined,
    limit?: number,
  ): Promise<{ readonly records: readonly object[] }>;
  onWrite(tableName: string, listener: () => void): () => void;
}

/** A reader for pollers that asks the database only when something was written since it last had nothing. */
export function streamReader(tables: StreamedTables): StreamReader {
  const idle = new Map<string, boolean>();
  return async (_caller, streamArn, afterSequence, limit) => {
    const tableName = /:table\/([^/]+)\/stream\//.exec(streamArn)?.[1] ?? '';
    if (!idle.has(tableName)) tables.onWrite(tableName, () => idle.set(tableName, false));
    if (idle.get(tableName) === true) return [];
    // Set before the read: a write that comes while it runs must not be forgotten.
    idle.set(tableName, true);
    const { records } = await tables.readStream(tableName, afterSequence, limit);
    if (records.length > 0) idle.set(tableName, false);
    return records.map(toRecord);
  };
}

function toRecord(record: object): StreamRecord {
  const change = asRecord(asRecord(record, 'stream record')['dynamodb'], 'stream record');
  return {
    sequenceNumber: asText(change['SequenceNumber'], 'SequenceNumber'),
    createdAtMs: (optionalNumber(change['ApproximateCreationDateTime'], 'ApproximateCreationDateTime') ?? 0) * 1000,
    event: { ...record },
  };
}
