import type { ChainedEvent, ChainPosition, EventDraft } from '../../../../core/ledger/event.ts';
import { chainEvent, emptyChain } from '../../../../core/ledger/event.ts';
import type { Finding, LogReport } from '../../../../core/ledger/log-verify/check.ts';
import type { VerifyLogOptions } from '../../../../core/ledger/log-verify/options.ts';
import { verifyLog } from '../../../../core/ledger/log-verify/verify-log.ts';
import type { LogRow, TestLog } from '../../../support/log-world.ts';
import { fileSource, fullOptions, headsOfEvents, honestLog, logFiles } from '../../../support/log-world.ts';

/** A log of which every check passes. */
export const honest = honestLog();

/** The honest log's last event, and the last of a chain. */
export const lastEvent = honest.events.at(-1) ?? neverEmpty();
export const lastOf = (chain: string) => honest.events.findLast((event) => event.chain === chain) ?? neverEmpty();

function neverEmpty(): never {
  throw new Error('expected events');
}

/** Verifies the honest log's files after a change of them, with everything given. */
export function verifyChanged(
  change: (files: Map<string, Uint8Array>) => void,
  options: Partial<VerifyLogOptions> = {},
): Promise<LogReport> {
  const files = new Map([...honest.files].map(([path, bytes]) => [path, bytes.slice()]));
  change(files);
  return verifyLog(fileSource(files), { ...fullOptions(honest), ...options });
}

/** Verifies a log that holds these rows behind the honest ones, its tree, checkpoints and stamps being as they should. */
export function verifyGrown(
  rows: readonly (ChainedEvent | LogRow)[],
  options: Partial<VerifyLogOptions> = {},
): Promise<LogReport> {
  const all = [...honest.events, ...rows];
  const grown: TestLog = { ...honest, files: logFiles(all, [...honest.sizes, all.length], honest.signers) };
  const events = all.filter((row): row is ChainedEvent => 'chain' in row);
  const nowMs = (all.at(-1)?.timeMs ?? 0) + 10_000;
  return verifyLog(fileSource(grown.files), { ...fullOptions(grown), heads: headsOfEvents(events), nowMs, ...options });
}

let ids = 0;

/** An event behind the last of its chain, one second after the log's last; `changes` make its place a wrong one. */
export function nextEvent(
  chain: string,
  draft: Partial<EventDraft> = {},
  changes: Partial<ChainPosition> & { readonly id?: string; readonly timeMs?: number } = {},
): ChainedEvent {
  const last = honest.events.findLast((event) => event.chain === chain);
  const position =
    last === undefined ? emptyChain(chain) : { nextSeq: last.seq + 1, prevHash: last.hash, lastTimeMs: last.timeMs };
  const { id, timeMs = lastEvent.timeMs + 1_000, ...place } = changes;
  ids += 1;
  const fresh = `01JZ${String(ids).padStart(22, '0')}`;
  const whole = {
    type: 'action.cancelled',
    frameworkRefs: ['AIR-SEC-024'],
    data: { reason: 'test' },
    ...draft,
  } as const;
  return chainEvent(chain, { ...position, ...place }, whole, id ?? fresh, timeMs);
}

/** The checks that failed, and the first finding of each. */
export function failed({ findings }: LogReport): {
  readonly [check: string]: Pick<Finding, 'code' | 'index' | 'path'>;
} {
  const first: { [check: string]: Pick<Finding, 'code' | 'index' | 'path'> } = {};
  for (const { check, code, index, path } of findings) {
    first[check] ??= { code, ...(index !== undefined && { index }), ...(path !== undefined && { path }) };
  }
  return first;
}
