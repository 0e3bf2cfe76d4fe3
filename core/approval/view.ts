import { redactParams } from '../gate/facts/redact.ts';
import type { JsonObject } from '../json.ts';
import { linkMac } from './link.ts';
import { renderParams, renderText } from './render.ts';
import type { ApprovalRequest } from './request.ts';
import { isExpired } from './request.ts';
import type { Person } from './separation.ts';
import { isSameSubject } from './separation.ts';
import type { ApprovalSlot } from './slot.ts';
import { visibleText } from './visible-text.ts';

/** What a person sees of a request before deciding. Everything that came from outside is rendered visible. */
export function requestView(
  request: ApprovalRequest,
  slots: readonly ApprovalSlot[],
  viewer: Pick<Person, 'subject'>,
  nowMs: number,
) {
  // Canonical JSON of an object, written when the request was opened.
  const params = JSON.parse(request.paramsJson) as JsonObject;
  return {
    id: request.actionId,
    status: shownStatus(request, nowMs),
    agent: { id: request.agentId, name: visibleText(request.agentName) },
    action: {
      type: request.type,
      tier: request.tier,
      resource: renderText('resource', request.resource),
      sessionId: renderText('session', request.sessionId),
      parameters: renderParams(redactParams(params, request.confidential)),
    },
    digest: request.digest,
    rules: request.rules,
    needs: { approvals: request.approvals, managers: request.managers },
    answers: slots.flatMap(({ slot, answer }) =>
      answer === undefined
        ? []
        : [
            {
              slot,
              decision: answer.decision,
              by: visibleText(answer.aliases[0] ?? answer.subject),
              isYours: isSameSubject(answer, viewer),
              manager: answer.manager,
              reason: visibleText(answer.reason),
              at: new Date(answer.decidedAtMs).toISOString(),
            },
          ],
    ),
    createdAt: new Date(request.createdAtMs).toISOString(),
    expiresAt: new Date(request.expiresAtMs).toISOString(),
  };
}

/** {@link requestView}'s shape. */
export type RequestView = ReturnType<typeof requestView>;

/** One line of the list of open requests. `page` is relative to the service's base address. */
export function requestLine(request: ApprovalRequest) {
  return {
    id: request.actionId,
    agent: { id: request.agentId, name: visibleText(request.agentName) },
    type: request.type,
    tier: request.tier,
    needs: { approvals: request.approvals, managers: request.managers },
    createdAt: new Date(request.createdAtMs).toISOString(),
    expiresAt: new Date(request.expiresAtMs).toISOString(),
    page: `/approvals/${encodeURIComponent(request.actionId)}?mac=${linkMac(request.linkKey, request.actionId)}`,
  };
}

/** An open request whose time is over is shown as what it is about to be recorded as. */
function shownStatus(request: ApprovalRequest, nowMs: number): ApprovalRequest['status'] {
  return request.status === 'open' && isExpired(request, nowMs) ? 'timed_out' : request.status;
}
