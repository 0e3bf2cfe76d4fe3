import { LIST_PRICES_USD_PER_MILLION } from '../prices.ts';
import type { LogRequests } from './counting-log.ts';
import { CountingLog } from './counting-log.ts';
import { RowSource } from './sample-rows.ts';

const CHAINS = 20;
const MIN_EVENTS = 3_000;
const MAX_DELIVERED = 1_000;
const EVENTS = 1_000;
/** A transaction writes at two units per started kilobyte of each item; lock and ranges are all below one. */
const UNITS_PER_ITEM = 2;

const RATES_PER_SECOND = [1, 10, 100];
const WINDOWS_SECONDS = [1, 5, 10];

/** What sequencing asks of the services for 1,000 events, and the list price of that for a million. */
export interface LogUse {
  readonly eventsPerSecond: number;
  readonly windowSeconds: number;
  readonly per1000: LogRequests;
  readonly s3UsdPerMillion: number;
  readonly kmsUsdPerMillion: number;
  readonly tableUsdPerMillion: number;
}

/** {@link LogUse} at several rates and stream windows: the real sequencer, driven by a clock that is only counted. */
export async function logUses(): Promise<readonly LogUse[]> {
  const uses: LogUse[] = [];
  for (const windowSeconds of WINDOWS_SECONDS)
    for (const eventsPerSecond of RATES_PER_SECOND) uses.push(await logUse(eventsPerSecond, windowSeconds));
  return uses;
}

/**
 * Delivers events as a stream does: what has gathered when the window has passed, or earlier when 1,000 have.
 *
 * @param windowSeconds the stream's batch window
 */
export async function logUse(eventsPerSecond: number, windowSeconds: number): Promise<LogUse> {
  const log = new CountingLog();
  const source = new RowSource(CHAINS);
  const perRun = Math.min(MAX_DELIVERED, Math.max(1, eventsPerSecond * windowSeconds));
  let events = 0;
  while (events < MIN_EVENTS) {
    log.nowMs += (perRun / eventsPerSecond) * 1_000;
    await log.run(source.next(perRun));
    events += perRun;
  }
  const per1000 = scaled(log.requests, EVENTS / events);
  // A price per million requests times requests per event is the price of a million events.
  const prices = LIST_PRICES_USD_PER_MILLION;
  const perEvent = scaled(log.requests, 1 / events);
  return {
    eventsPerSecond,
    windowSeconds,
    per1000,
    s3UsdPerMillion: prices.s3Puts * perEvent.s3Puts + prices.s3Gets * perEvent.s3Gets,
    kmsUsdPerMillion: prices.asymmetricKmsRequests * perEvent.kmsSigns,
    tableUsdPerMillion:
      prices.writeUnits * perEvent.transactionItems * UNITS_PER_ITEM + prices.readUnits * perEvent.tableReads,
  };
}

function scaled(requests: LogRequests, factor: number): LogRequests {
  const { runs, s3Gets, s3Puts, kmsSigns, tableReads, transactions, transactionItems } = requests;
  return {
    runs: runs * factor,
    s3Gets: s3Gets * factor,
    s3Puts: s3Puts * factor,
    kmsSigns: kmsSigns * factor,
    tableReads: tableReads * factor,
    transactions: transactions * factor,
    transactionItems: transactionItems * factor,
  };
}
