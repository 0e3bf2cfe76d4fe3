import type { LogUse } from './log/requests.ts';
import type { VerificationSpeed } from './log/verification.ts';
import type { LogFigures } from './log.ts';
import { LOG_GOALS } from './log.ts';
import { LIST_PRICES_USD_PER_MILLION, PRICES_AS_OF } from './prices.ts';

const KIND_NAMES = {
  raw: 'SHA-256 of each entry, nothing else',
  hash: 'tree: hashes, tiles, root, checkpoints',
  links: 'and chain links, ids, times',
  canonical: 'and canonical form, budgets: the default',
} as const;

/** The log's figures as Markdown. */
export function logPart(log: LogFigures): readonly string[] {
  return [...verificationPart(log), ...makingPart(log), ...requestPart(log)];
}

function verificationPart(log: LogFigures): readonly string[] {
  const { verifiedPerSecond, timesRaw } = LOG_GOALS;
  const [count, bytes] = [log.rows.toLocaleString('en-US'), (log.entryBytes / 1e9).toFixed(2)];
  return [
    '',
    '## Verifying a log',
    '',
    `\`countersign verify\` over ${count} entries, ${bytes} GB, median ${log.medianEntryBytes} bytes, that the sequencer wrote into a folder from`,
    'what the gate records of actions and their outcomes; each line takes in those above it. Rows per second by the clock,',
    'with the start of the threads; the thread that reads the results comes on top of those named. Times raw: the same as a',
    'multiple of the first line, measured in turn in the same run, by the clock against as many threads, against one',
    `thread, and in processor time of all threads. Goals, on two threads: at least ${verifiedPerSecond.toLocaleString('en-US')} rows a second, and with`,
    `chain links at most ${timesRaw} times what raw hashing takes.`,
    '',
    '| What | Threads | Rows/s | Goal | CPU µs/row | Times raw | of one thread | in CPU | Goal |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...log.verification.map(verificationRow),
  ];
}

function verificationRow(found: VerificationSpeed): string {
  const { kind, threads, rowsPerSecond, cpuMicrosPerRow, timesRaw, timesRawOnOne, timesRawCpu } = found;
  const hasGoal = threads === 2 && (kind === 'links' || kind === 'canonical');
  const speedGoal = hasGoal ? met(rowsPerSecond >= LOG_GOALS.verifiedPerSecond) : '';
  const ratioGoal = hasGoal && kind === 'links' ? met(timesRaw <= LOG_GOALS.timesRaw) : '';
  const speed = [rowsPerSecond.toLocaleString('en-US'), speedGoal, cpuMicrosPerRow.toFixed(1)];
  const ratios = [timesRaw, timesRawOnOne, timesRawCpu].map((ratio) => ratio.toFixed(2));
  return `| ${[KIND_NAMES[kind], threads, ...speed, ...ratios, ratioGoal].join(' | ')} |`;
}

function makingPart({ sequencedPerSecond, proofs, receipts }: LogFigures): readonly string[] {
  const goal = LOG_GOALS.sequencedPerSecond;
  const perSecond = (value: number) => value.toLocaleString('en-US');
  const rows: readonly (readonly [string, string])[] = [
    [
      `rows sequenced per second (goal: at least ${perSecond(goal)}: ${met(sequencedPerSecond >= goal)})`,
      perSecond(sequencedPerSecond),
    ],
    ['inclusion proofs per second, from tiles', perSecond(proofs.inclusionsPerSecond)],
    ['tiles read, hashes', `${proofs.inclusionReads.toFixed(1)}, ${proofs.inclusionHashes}`],
    ['consistency proofs per second', perSecond(proofs.consistenciesPerSecond)],
    ['tiles read', proofs.consistencyReads.toFixed(1)],
    ['proof file, three cosignatures, bytes', perSecond(proofs.proofBytes)],
    ['of which each cosignature', perSecond(proofs.cosignatureBytes)],
    ['proof files verified per second', perSecond(proofs.verifiedPerSecond)],
    ['four bare signatures verified, times per second', perSecond(proofs.bareVerifiedPerSecond)],
    ['receipts signed per second', perSecond(receipts.signedPerSecond)],
    ['bare signatures over messages as long', perSecond(receipts.bareSignedPerSecond)],
    ['a receipt, bytes', perSecond(receipts.receiptBytes)],
  ];
  return [
    '',
    '## Making a log, proofs and receipts',
    '',
    'Per second of processor time, one core. Sequencing goes from rows as stored to signed checkpoints, 2,000 rows a run,',
    'over services in memory: what S3, DynamoDB and KMS take is not in it. Proofs are of a tree of a million leaves and',
    'read their tiles each time; receipts are signed by a key in memory.',
    '',
    '| What | Figure |',
    '| --- | --- |',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
  ];
}

function requestPart({ uses }: LogFigures): readonly string[] {
  const { s3Puts, s3Gets, asymmetricKmsRequests, writeUnits, readUnits } = LIST_PRICES_USD_PER_MILLION;
  return [
    '',
    '## What the log asks of AWS',
    '',
    '_Modelled_: the real sequencer over counting services, fed at an even rate through stream windows of 1, 5 (as deployed) and 10 seconds.',
    `Requests for 1,000 events, and a million events at list prices as of ${PRICES_AS_OF}, us-east-1 (S3 ${s3Puts} USD per million`,
    `writes, ${s3Gets} reads; KMS ${asymmetricKmsRequests}; DynamoDB ${writeUnits} per million write units, ${readUnits} read units). Storage, Lambda, data keys of`,
    'encrypted buckets, witnesses, timestamps and the look through all chains once a minute are not in it.',
    '',
    '| Events/s | Window s | Runs | S3 writes | S3 reads | KMS signatures | Table reads | Transactions | S3 USD | KMS USD | DynamoDB USD | Sum USD |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...uses.map(useRow),
  ];
}

function useRow({ eventsPerSecond, windowSeconds, per1000, ...usd }: LogUse): string {
  const { runs, s3Puts: puts, s3Gets: gets, kmsSigns, tableReads, transactions } = per1000;
  const prices = [usd.s3UsdPerMillion, usd.kmsUsdPerMillion, usd.tableUsdPerMillion];
  const sum = prices.reduce((total, price) => total + price, 0);
  const counts = [runs, puts, gets, kmsSigns, tableReads, transactions].map((count) => Math.round(count));
  return `| ${[eventsPerSecond, windowSeconds, ...counts, ...[...prices, sum].map((price) => price.toFixed(2))].join(' | ')} |`;
}

function met(isMet: boolean): string {
  return isMet ? 'met' : 'missed';
}
