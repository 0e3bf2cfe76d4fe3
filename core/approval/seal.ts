import { isoTime } from '../instant.ts';
import type { EnvelopeSealer } from '../ports.ts';
import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';
import type { AgentPlan, AgentSnapshot, ChangeDeps, Contention } from '../state/change-agent.ts';
import { attempt, changeAgent, readAgent } from '../state/change-agent.ts';
import type { EntityRef, StoredItem } from '../state/entities.ts';
import { asText } from '../state/stored.ts';
import { toBase64Url } from './base64url.ts';
import type { Envelope, EnvelopePayload, SealedEnvelope } from './envelope.ts';
import { ENVELOPE_VERSION, encodeEnvelope } from './envelope.ts';
import { sealedEvent } from './events.ts';
import { decodeRequest, encodeRequest, ended } from './request.ts';
import type { Sealable, SealProblem } from './seal-check.ts';
import { checkSealable } from './seal-check.ts';
import { slotRefs } from './slot.ts';

/** What sealing needs from outside. */
export interface SealDeps extends ChangeDeps {
  readonly sealer: EnvelopeSealer;
  /** How long an envelope lives, milliseconds. */
  readonly ttlMs: number;
}

/** A sealed request. The envelopes themselves are on the action, where the agent fetches them. */
export interface Sealed {
  readonly actionId: string;
  readonly status: 'sealed';
}

type SealOutcome = Result<Sealed, SealProblem>;
/**
 * Turns the approvals of a request into envelopes: checks everything again, makes one MAC and one signature per person,
 * and records them with the ledger event and the action's new status in one transaction. Repeating it after a lost
 * answer finds it done; envelopes whose transaction did not commit are never shown to anyone.
 *
 * @throws whatever the sealer or the store throws; the whole step may be repeated
 */
export async function seal(
  deps: SealDeps,
  input: { readonly actionId: string; readonly agentId: string },
): Promise<Result<Sealed, SealProblem | Contention>> {
  const { actionId, agentId } = input;
  const refs: readonly EntityRef[] = [
    { entity: 'approvalRequest', actionId },
    { entity: 'action', agentId, actionId },
    ...slotRefs(actionId),
  ];
  const read = await attempt(deps, async () => {
    const snapshot = await readAgent(deps, agentId, refs);
    return snapshot === 'stale' ? 'again' : { outcome: snapshot };
  });
  if (!read.ok) return read;
  if (isSealed(read.value)) return ok({ actionId, status: 'sealed' });
  const checked = checkSealable(actionId, read.value);
  if (!checked.ok) return checked;
  const sealed = await sealAll(deps, checked.value, read.value.nowMs);
  const changed = await changeAgent<SealOutcome>(deps, agentId, refs, (snapshot) =>
    planSealing(actionId, sealed, snapshot),
  );
  return changed.ok ? changed.value : changed;
}

/** The envelopes stored with an approved action, for the agent to redeem. Empty for any other. */
export function actionEnvelopes(action: StoredItem): readonly Envelope[] {
  if (action['envelopes'] === undefined) return [];
  // Written by `seal` alone.
  return JSON.parse(asText(action['envelopes'], 'envelopes')) as Envelope[];
}

function isSealed(snapshot: AgentSnapshot): boolean {
  const [request] = snapshot.items;
  return request !== undefined && decodeRequest(request).status === 'sealed';
}

async function sealAll(deps: SealDeps, { request, slots }: Sealable, nowMs: number): Promise<SealedEnvelope[]> {
  const times = { sealedAt: isoTime(nowMs), expiresAt: isoTime(nowMs + deps.ttlMs) };
  return Promise.all(
    slots.map(async ({ slot, answer }) => {
      const payload: EnvelopePayload = {
        v: ENVELOPE_VERSION,
        envelopeId: deps.entropy.ulid(nowMs),
        actionId: request.actionId,
        actionDigest: request.digest,
        agentId: request.agentId,
        approver: answer.approver,
        manager: answer.manager,
        slot,
        approvedAt: isoTime(answer.decidedAtMs),
        ...times,
      };
      const bytes = encodeEnvelope(payload);
      const [{ mac, requestId }, signature] = await Promise.all([deps.sealer.mac(bytes), deps.sealer.sign(bytes)]);
      const envelope = { payload: toBase64Url(bytes), mac: toBase64Url(mac), signature: toBase64Url(signature) };
      return { payload, envelope, macRequestId: requestId };
    }),
  );
}

function planSealing(
  actionId: string,
  sealed: readonly SealedEnvelope[],
  snapshot: AgentSnapshot,
): AgentPlan<SealOutcome> {
  if (isSealed(snapshot)) return { done: ok({ actionId, status: 'sealed' }) };
  const checked = checkSealable(actionId, snapshot);
  if (!checked.ok) return { done: checked };
  const { request } = checked.value;
  if (!isUnchanged(checked.value, sealed)) return { done: refused({ code: 'approvals_changed' }) };
  const { agentId } = request;
  return {
    event: sealedEvent(request, sealed),
    head: { pendingApprovals: Math.max(0, snapshot.head.pendingApprovals - 1) },
    writes: () => [
      {
        op: 'put',
        ref: { entity: 'approvalRequest', actionId },
        item: encodeRequest(ended(request, 'sealed')),
        when: [{ if: 'equals', attribute: 'status', value: 'open' }],
      },
      {
        op: 'update',
        ref: { entity: 'action', agentId, actionId },
        set: { status: 'approved', envelopes: JSON.stringify(sealed.map(({ envelope }) => envelope)) },
        when: [{ if: 'equals', attribute: 'status', value: 'pending_approval' }],
      },
    ],
    result: () => ok({ actionId, status: 'sealed' }),
  };
}

/** The answers that are committed must be the ones that were sealed. */
function isUnchanged({ slots, request }: Sealable, sealed: readonly SealedEnvelope[]): boolean {
  return (
    slots.length === sealed.length &&
    slots.every(({ slot, answer }, index) => {
      const payload = sealed[index]?.payload;
      return (
        payload?.slot === slot &&
        payload.approver === answer.approver &&
        payload.manager === answer.manager &&
        payload.actionDigest === request.digest
      );
    })
  );
}
