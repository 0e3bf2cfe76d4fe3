import type { JsonObject } from '../json.ts';
import { canonicalJson } from './canonical.ts';
import { leafHash, sha256Hex } from './hash.ts';
import { entryBytes, statementSubject } from './statement.ts';

/** The ledger format's version. Raised only with a change that old verifiers would misread. */
export const EVENT_VERSION = '1';

/** What can be recorded. `docs/specs/ledger.md` says what each one's `data` holds. */
export const EVENT_TYPES = [
  'action.decided',
  'action.redeemed',
  'action.redeem_refused',
  'action.outcome',
  'action.cancelled',
  'approval.requested',
  'approval.decided',
  'approval.refused_self',
  'approval.refused_ineligible',
  'approval.sealed',
  'approval.closed',
  'budget.released',
  'session.closed',
  'control.agent_halted',
  'control.agent_resumed',
  'control.veto_raised',
  'control.veto_cleared',
  'control.risk_level_set',
  'control.bundle_activated',
  'control.subject_erased',
  'control.hold_set',
  'control.hold_released',
  'control.retention_extended',
  'control.key_introduced',
  'control.key_retired',
  'control.change_refused',
  'control.reconciled',
  'registry.loaded',
  'epoch.certified',
  'epoch.retired',
] as const;

/** One of {@link EVENT_TYPES}. */
export type EventType = (typeof EVENT_TYPES)[number];

/** The name of the chain for things no single agent owns: halts, vetoes, registry loads. */
export const CONTROL_CHAIN = 'control';

/** What the names of agents' chains begin with; the agent's id follows. */
export const AGENT_CHAIN = 'agent/';

/** The name of an agent's chain. */
export function agentChain(agentId: string): string {
  return `${AGENT_CHAIN}${agentId}`;
}

/** What a caller wants recorded; the chain adds the rest. */
export interface EventDraft {
  readonly type: EventType;
  /** The agent concerned, where there is one. */
  readonly agentId?: string;
  /** FINOS AIGF ids such as `AIR-SEC-024`. Never empty. */
  readonly frameworkRefs: readonly string[];
  /** Facts of the event. No floats, no integer beyond 2^53, no personal data in the clear. */
  readonly data: JsonObject;
}

/** Where a chain stands: the next sequence number and the hash the next event must name as `prev`. */
export interface ChainPosition {
  readonly nextSeq: number;
  readonly prevHash: string;
  /** Time of the last event, epoch milliseconds. Chains never run backwards. */
  readonly lastTimeMs: number;
}

/** An event sealed into its chain: the exact bytes, and the hash of them. */
export interface ChainedEvent {
  readonly chain: string;
  readonly seq: number;
  readonly id: string;
  readonly type: EventType;
  readonly timeMs: number;
  readonly bytes: Uint8Array;
  /** The statement around `bytes`: the log's leaf data, and what a receipt signs. */
  readonly entry: Uint8Array;
  /** {@link leafHash} of `entry`. */
  readonly hash: string;
}

/** The `prev` of a chain's first event: domain-separated, so that no chain's genesis fits another. */
export function genesisHash(chain: string): string {
  return sha256Hex(`countersign/genesis/v1\n${chain}`);
}

/** The position of a chain that has no events yet. */
export function emptyChain(chain: string): ChainPosition {
  return { nextSeq: 0, prevHash: genesisHash(chain), lastTimeMs: 0 };
}

/**
 * Seals a draft into its chain at the given position.
 *
 * @param id globally unique event id (ULID)
 * @param nowMs epoch milliseconds; raised to the chain's last time when the clock stepped back
 * @throws {Error} when `frameworkRefs` is empty or an agent's chain gets another's event, which is a bug in the caller
 */
export function chainEvent(
  chain: string,
  position: ChainPosition,
  draft: EventDraft,
  id: string,
  nowMs: number,
): ChainedEvent {
  if (draft.frameworkRefs.length === 0)
    throw new Error(`expected a framework reference on \`${draft.type}\`, got none`);
  const agent = chain.startsWith(AGENT_CHAIN) ? chain.slice(AGENT_CHAIN.length) : draft.agentId;
  if (draft.agentId !== undefined && draft.agentId !== agent)
    throw new Error(`expected an event of \`${chain}\`, got one of \`${draft.agentId}\``);
  const timeMs = Math.max(nowMs, position.lastTimeMs);
  const bytes = new TextEncoder().encode(
    canonicalJson({
      v: EVENT_VERSION,
      type: draft.type,
      chain,
      seq: position.nextSeq,
      prev: position.prevHash,
      id,
      time: new Date(timeMs).toISOString(),
      ...(agent !== undefined && { agent }),
      frameworkRefs: draft.frameworkRefs,
      data: draft.data,
    }),
  );
  const entry = entryBytes(bytes, statementSubject({ chain, prev: position.prevHash, data: draft.data }));
  return { chain, seq: position.nextSeq, id, type: draft.type, timeMs, bytes, entry, hash: leafHash(entry) };
}
