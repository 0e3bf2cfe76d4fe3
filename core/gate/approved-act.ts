import type { JsonObject } from '../json.ts';
import { actionDigest } from './action.ts';
import type { ActionRecord } from './action-record.ts';

/** An act named by whoever asks for it to be carried out, to be held against what people approved. */
export interface NamedAct {
  readonly agentId: string;
  readonly type: string;
  readonly resource: string;
  readonly params: JsonObject;
}

/** True when an action is about this act. What people approved is known by its digest alone: parameters are not kept after redemption. */
export function isAboutAct(record: ActionRecord, { agentId, type, resource, params }: NamedAct): boolean {
  if (record.type !== type || record.resource !== resource) return false;
  const { sessionId } = record;
  return actionDigest(agentId, { type, params, resource, sessionId, idempotencyKey: '' }) === record.digest;
}
