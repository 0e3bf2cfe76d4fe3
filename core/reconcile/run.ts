import { toBase64Url } from '../approval/base64url.ts';
import type { LedgerPosition } from '../gate/action-record.ts';
import type { JsonObject } from '../json.ts';
import { agentChain, CONTROL_CHAIN } from '../ledger/event.ts';
import { parseEvent } from '../ledger/parse-event.ts';
import { EPOCHS_CHAIN } from '../ledger/receipt/epoch.ts';
import { KEY_PURPOSES } from '../records/record-key-change.ts';
import { decodeRecordedKeys, recordedKeysRef } from '../records/recorded-keys.ts';
import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';
import type { Contention } from '../state/change-agent.ts';
import { changeControl } from '../state/change-control.ts';
import type { AuditedChain, ChainPoint } from './chain-audit.ts';
import type { TimeWindow } from './facts.ts';
import { datesOf } from './facts.ts';
import type { KeysOfPurpose } from './match-keys.ts';
import { matchKeys } from './match-keys.ts';
import type { ReconcileDeps } from './ports.ts';
import type { RecordedRun } from './progress.ts';
import { decodeRun, RUN, readStarts, runWrite, storeStarts } from './progress.ts';
import { MARGIN_MS, readChain } from './read-chain.ts';
import type { Reconciliation } from './result.ts';
import { reconcile, resultJson, signedBytes } from './result.ts';

/** A reconciliation and the event that records it. */
export interface Reconciled {
  readonly reconciliation: Reconciliation;
  /** The event's data: the result and its signature. */
  readonly data: JsonObject;
  readonly ledger: LedgerPosition;
}

/** Why nothing was recorded: another run was faster, or there is no whole second to reconcile yet. */
export interface NotReconciled {
  readonly code: 'overtaken' | 'nothing_due';
}

/** FINOS AIGF: what agents did stays explainable from records that agree. */
const RECONCILIATION_REFS = ['AIR-DET-021'];

const SECOND_MS = 1_000;
/** Chains read side by side. */
const PARALLEL = 8;

/**
 * Compares the ledger with everything that must agree with it since the last run, and records the signed result on the
 * control chain. The window ends `delayMs` before now, on a whole second, since AWS records calls by the second. The
 * first window begins with the control chain. After a fault, the same call begins again and records once.
 *
 * @throws {StorageFault} when something could not be read whole: nothing is recorded then, and the failure alarms
 */
export async function runReconciliation(deps: ReconcileDeps): Promise<Result<Reconciled, NotReconciled | Contention>> {
  const [run] = await deps.store.read([RUN]);
  const last = decodeRun(run);
  const window = await nextWindow(deps, last?.toMs);
  if (window.toMs <= window.fromMs) return refused({ code: 'nothing_due' });
  const chains = await listChains(deps, window);
  const audited = await auditAll(deps, chains, window);
  const calls = await deps.macs.macCalls({ fromMs: window.fromMs - MARGIN_MS, toMs: window.toMs + MARGIN_MS });
  const keys = matchKeys(await readKeys(deps));
  const reconciliation = reconcile({ window, chains: audited, calls, keys, log: deps.log !== undefined });
  const recorded = await record(deps, last, reconciliation);
  if (recorded.ok) await storeStarts(deps.store, startsOf(chains, audited));
  return recorded;
}

async function readKeys(deps: ReconcileDeps): Promise<readonly KeysOfPurpose[]> {
  const items = await deps.store.read(KEY_PURPOSES.map(recordedKeysRef));
  return KEY_PURPOSES.map((purpose, index) => ({
    purpose,
    deployed: deps.keys[purpose],
    recorded: decodeRecordedKeys(items[index]),
  }));
}

async function nextWindow(deps: ReconcileDeps, until: number | undefined): Promise<TimeWindow> {
  const toMs = Math.floor((deps.clock.nowMs() - deps.delayMs) / SECOND_MS) * SECOND_MS;
  if (until !== undefined) return { fromMs: until, toMs };
  const [first] = await deps.ledger.readRows(CONTROL_CHAIN, 0, 1);
  const parsed = first === undefined ? undefined : parseEvent(first.bytes);
  const beginMs = parsed?.ok === true ? parsed.value.timeMs : toMs;
  return { fromMs: Math.floor(beginMs / SECOND_MS) * SECOND_MS, toMs };
}

/** The chains of no agent, those of every registered one, and of whoever else has archived events since the window began. */
async function listChains(deps: ReconcileDeps, window: TimeWindow): Promise<readonly string[]> {
  const chains = new Set([CONTROL_CHAIN, EPOCHS_CHAIN, ...(await deps.directory.agentIds()).map(agentChain)]);
  for (const date of datesOf({ fromMs: window.fromMs, toMs: deps.clock.nowMs() + 1 })) {
    for (const chain of await deps.archived.chainsOn(date)) chains.add(chain);
  }
  return [...chains].sort();
}

async function auditAll(
  deps: ReconcileDeps,
  chains: readonly string[],
  window: TimeWindow,
): Promise<readonly AuditedChain[]> {
  const starts = await readStarts(deps.store, chains);
  const audited: AuditedChain[] = [];
  const work = chains.entries();
  const auditSome = async () => {
    for (const [index, chain] of work) {
      const start = starts[index];
      if (start !== undefined) audited[index] = await readChain(deps, chain, start, window);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, auditSome));
  return audited;
}

function startsOf(chains: readonly string[], audited: readonly AuditedChain[]): ReadonlyMap<string, ChainPoint> {
  return new Map(
    chains.flatMap((chain, index) => {
      const one = audited[index];
      return one === undefined ? [] : [[chain, one.nextStart] as const];
    }),
  );
}

async function record(
  deps: ReconcileDeps,
  last: RecordedRun | undefined,
  reconciliation: Reconciliation,
): Promise<Result<Reconciled, NotReconciled | Contention>> {
  const result = resultJson(reconciliation);
  const [publicKey, signature] = await Promise.all([deps.signer.publicKey(), deps.signer.sign(signedBytes(result))]);
  const data: JsonObject = {
    result,
    signature: { algorithm: 'Ed25519', publicKey: toBase64Url(publicKey), value: toBase64Url(signature) },
  };
  const { toMs } = reconciliation.window;
  const changed = await changeControl<Result<Reconciled, NotReconciled>>(deps, [RUN], ({ items: [item] }) => {
    const run = decodeRun(item);
    // A commit that was reported as failed may have taken effect.
    if (run?.toMs === toMs)
      return { done: ok({ reconciliation, data, ledger: { chain: CONTROL_CHAIN, seq: run.seq, hash: run.hash } }) };
    if (run?.toMs !== last?.toMs) return { done: refused({ code: 'overtaken' }) };
    return {
      event: { type: 'control.reconciled', frameworkRefs: RECONCILIATION_REFS, data },
      writes: ({ seq, hash }) => [runWrite(last, { toMs, seq, hash })],
      result: ({ chain, seq, hash }) => ok({ reconciliation, data, ledger: { chain, seq, hash } }),
    };
  });
  return changed.ok ? changed.value : changed;
}
