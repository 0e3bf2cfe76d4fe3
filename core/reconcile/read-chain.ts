import { agentOfChain, chainHeadRef } from '../state/chain-head.ts';
import type { StoredItem } from '../state/entities.ts';
import { asNumber, asText } from '../state/stored.ts';
import type { AuditedChain, ChainPoint } from './chain-audit.ts';
import { ChainAudit } from './chain-audit.ts';
import type { TimeWindow } from './facts.ts';
import type { ReconcileDeps } from './ports.ts';

/** Rows read at once. */
const PAGE = 500;

/** Beyond both ends of a window, milliseconds: a MAC is made a little before its event, by another clock. */
export const MARGIN_MS = 5 * 60_000;

/**
 * Reads one chain from its start to its tail. Head and log are read before the rows and the head again after them, so
 * that what is written meanwhile is not taken for a difference.
 *
 * @throws {StorageFault} when the chain could not be read whole
 */
export async function readChain(
  deps: ReconcileDeps,
  chain: string,
  start: ChainPoint,
  window: TimeWindow,
): Promise<AuditedChain> {
  const [head, log] = await Promise.all([readHead(deps, chain), readLog(deps, chain)]);
  const audit = new ChainAudit({
    chain,
    window,
    start,
    nextStartMs: window.toMs - MARGIN_MS,
    head,
    ...(log !== undefined && { log }),
    logDueMs: deps.clock.nowMs() - (deps.log?.mergeDelayMs ?? 0),
  });
  for (let isRead = false; !isRead; ) {
    const rows = await deps.ledger.readRows(chain, audit.nextSeq, PAGE);
    for (const row of rows) audit.accept(row);
    isRead = rows.length < PAGE;
  }
  const agentId = agentOfChain(chain);
  const [after, held] = await Promise.all([
    readHead(deps, chain),
    agentId === undefined ? [] : deps.actions.heldActions(agentId),
  ]);
  return audit.finish({ head: after, held });
}

async function readHead(deps: ReconcileDeps, chain: string): Promise<ChainPoint | undefined> {
  const ref = chainHeadRef(chain);
  const [item] = ref === undefined ? [] : await deps.store.read([ref]);
  return item === undefined ? undefined : pointOf(item);
}

/** Heads of every kind spell the chain's position alike. */
function pointOf(item: StoredItem): ChainPoint {
  return { nextSeq: asNumber(item['seq'], 'seq'), hash: asText(item['hash'], 'hash') };
}

async function readLog(deps: ReconcileDeps, chain: string): Promise<ChainPoint | undefined> {
  if (deps.log === undefined) return undefined;
  const range = await deps.log.ranges.lastRange(chain);
  return range === undefined
    ? { nextSeq: 0, hash: '' }
    : { nextSeq: range.firstSeq + range.count, hash: range.lastHash };
}
