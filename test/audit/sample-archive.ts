import type { ChainedEvent, EventDraft } from '../../core/ledger/event.ts';
import { formatCheckpointBody } from '../../core/ledger/log/checkpoint.ts';
import { formatNote, signatureLine } from '../../core/ledger/log/note.ts';
import { projectHead } from '../../core/ledger/log/projection.ts';
import { headName } from '../../core/ledger/log/sequence-staging.ts';
import { appendEntries, EMPTY_EDGE } from '../../core/ledger/log/tree-edge.ts';
import { AGENT_CHAIN, archiveOf, LOG_START_MS, sampleChain } from '../core/ledger/sample-log.ts';

const AGENT = { agentId: '111122223333:countersign-agent-teller' };
const HASHES = { bundleHash: 'b'.repeat(64), contextHash: 'c'.repeat(64), context: { session: 'p1_s' } };
const BUDGET = { unit: 'retail', month: '2026-11', day: '2026-11-20' };

function decided(actionId: string, verdict: string, extra: EventDraft['data'] = {}): Partial<EventDraft> {
  const data = {
    actionId,
    actionDigest: 'd'.repeat(64),
    actionType: 'payment.send',
    tier: 3,
    resource: 'account/p1_r',
    session: 'p1_s',
    verdict,
    rules: ['payments.within-limit'],
    obligations: [],
    ...HASHES,
    ...extra,
  };
  return { ...AGENT, type: 'action.decided', frameworkRefs: ['AIR-SEC-024', 'AIR-OP-018'], data };
}

const agent = (type: EventDraft['type'], data: EventDraft['data']): Partial<EventDraft> => ({ ...AGENT, type, data });

/** One agent: allowed and settled, denied, approved by two and redeemed, left open, allowed and forgotten. */
const AGENT_EVENTS: readonly Partial<EventDraft>[] = [
  decided('act_paid', 'allow', { amountMicroUsd: '2500000', budget: { ...BUDGET, microUsd: '900', tokens: '70' } }),
  agent('action.outcome', {
    actionId: 'act_paid',
    result: 'succeeded',
    settledMicroUsd: '600',
    settledTokens: '50',
    releasedMicroUsd: '300',
    releasedTokens: '20',
    overrun: false,
    held: true,
  }),
  decided('act_denied', 'deny', {
    rules: ['payments.limit', 'sanctions.screened'],
    shadow: [{ id: 'payments.new', effect: 'forbid' }],
  }),
  decided('act_approved', 'require_approval', { rules: ['payments.two-people'] }),
  agent('approval.requested', {
    actionId: 'act_approved',
    actionDigest: 'd'.repeat(64),
    approvals: 2,
    managers: 1,
    expiresAt: '2026-11-21T01:00:00.000Z',
  }),
  agent('approval.refused_self', { actionId: 'act_approved', person: 'p1_owner', problem: 'self_approval' }),
  agent('approval.decided', {
    actionId: 'act_approved',
    slot: 1,
    decision: 'approve',
    approver: 'p1_ann',
    manager: true,
    reasonDigest: 'f'.repeat(64),
  }),
  agent('approval.decided', {
    actionId: 'act_approved',
    slot: 2,
    decision: 'approve',
    approver: 'p1_bob',
    manager: false,
    reasonDigest: 'f'.repeat(64),
  }),
  agent('approval.sealed', {
    actionId: 'act_approved',
    envelopes: [
      { envelopeId: 'e1', approver: 'p1_ann', manager: true, slot: 1, expiresAt: '2026-11-21T00:01:30.000Z' },
    ],
  }),
  agent('action.redeem_refused', { actionId: 'act_approved', code: 'envelope_expired', rules: ['approvals.fresh'] }),
  agent('action.redeemed', {
    actionId: 'act_approved',
    actionDigest: 'd'.repeat(64),
    verdict: 'allow',
    rules: ['payments.two-people'],
    envelopes: ['e1', 'e2'],
    ...HASHES,
    budget: { ...BUDGET, microUsd: '100', tokens: '10' },
  }),
  agent('budget.released', {
    reason: 'lapsed',
    actions: [{ actionId: 'act_approved', microUsd: '100', tokens: '10' }],
  }),
  decided('act_open', 'require_approval'),
  agent('approval.requested', {
    actionId: 'act_open',
    actionDigest: 'd'.repeat(64),
    approvals: 1,
    managers: 0,
    expiresAt: '2026-11-21T02:00:00.000Z',
  }),
  agent('approval.requested', {
    actionId: 'act_timed_out',
    actionDigest: 'd'.repeat(64),
    approvals: 1,
    managers: 0,
    expiresAt: '2026-11-20T23:59:59.000Z',
  }),
  agent('approval.closed', { actionId: 'act_timed_out', outcome: 'timed_out', by: null }),
  decided('act_forgotten', 'allow', { released: ['act_older'] }),
];

const CONTROL_EVENTS: readonly Partial<EventDraft>[] = [
  {
    type: 'registry.loaded',
    data: { loadDigest: 'e'.repeat(64), agents: [AGENT.agentId], units: ['retail'], facts: 0 },
  },
  { ...AGENT, type: 'control.agent_halted', data: { version: 1, reason: 'odd hours', by: 'p1_risk' } },
  { type: 'control.veto_raised', data: { version: 1, claims: 1, riskLevel: 1, reason: 'incident', by: 'p1_risk' } },
  { type: 'control.change_refused', data: { change: 'clear_veto', code: 'same_person', by: 'p1_risk' } },
  {
    type: 'control.risk_level_set',
    data: { version: 2, from: 'NORMAL', to: 'DANGER', reason: 'incident', by: 'p1_risk' },
  },
  {
    ...AGENT,
    type: 'control.bundle_activated',
    data: {
      version: 3,
      from: { hash: 'a'.repeat(64), sequence: 1 },
      to: { hash: 'b'.repeat(64), sequence: 2 },
      sequence: 2,
      actionId: 'act_activation',
      by: AGENT.agentId,
    },
  },
];

/** Both chains, made anew: ids differ from call to call. */
export function sampleChains(): { readonly agent: readonly ChainedEvent[]; readonly control: readonly ChainedEvent[] } {
  return { agent: sampleChain(AGENT_CHAIN, AGENT_EVENTS, 250), control: sampleChain('control', CONTROL_EVENTS) };
}

/** The archive's objects for every kind of event the audit statements read. */
export function sampleArchive(): ReadonlyMap<string, Uint8Array> {
  const { agent, control } = sampleChains();
  return archiveOf([agent, control], 6);
}

/** A log that took in these batches of events, each under a checkpoint of its own, and what SQL reads of it. */
export function sampleLog(batches: readonly (readonly ChainedEvent[])[]): {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly projection: ReadonlyMap<string, Uint8Array>;
} {
  const files = new Map<string, Uint8Array>();
  const projection = new Map<string, Uint8Array>();
  let edge = EMPTY_EDGE;
  for (const [turn, events] of batches.entries()) {
    const grown = appendEntries(
      edge,
      events.map(({ entry }) => entry),
    );
    const { size } = grown.edge;
    const rootHex = Buffer.from(grown.root).toString('hex');
    const body = formatCheckpointBody({ origin: 'log.example', size, root: grown.root });
    const note = Buffer.from(formatNote(body, [signatureLine('log.example', 1, Buffer.from('unread'))]));
    for (const { path, bytes } of grown.files) files.set(path, bytes);
    files.set(`checkpoints/${headName(size, rootHex)}`, note).set('checkpoint', note);
    const timeSeconds = LOG_START_MS / 1_000 + 60 * (turn + 1);
    const head = { size, rootHex, timeSeconds, previousSize: edge.size, note, files: grown.files };
    for (const { path, bytes } of projectHead(head)) projection.set(path, bytes);
    edge = grown.edge;
  }
  return { files, projection };
}
