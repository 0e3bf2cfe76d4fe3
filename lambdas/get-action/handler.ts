import { actionEnvelopes } from '../../core/approval/seal.ts';
import { decodeActionRecord } from '../../core/gate/action-record.ts';
import { actionBody, actionNotFound } from '../shared/action-reply.ts';
import { pathId } from '../shared/body.ts';
import { json } from '../shared/problem.ts';
import { agentHandler } from '../shared/stack.ts';
import { coreDeps } from '../shared/wiring.ts';

/** Tells an agent where one of its own actions stands; an approved one comes with its envelopes. */
export const handler = agentHandler(async (event, agentId) => {
  const { store } = coreDeps();
  const actionId = pathId(event);
  const [stored] = await store.read([{ entity: 'action', agentId, actionId }]);
  if (stored === undefined) return actionNotFound();
  const record = decodeActionRecord(actionId, stored);
  const envelopes = record.status === 'approved' ? actionEnvelopes(stored) : [];
  return json(200, { ...actionBody(record), ...(envelopes.length > 0 && { envelopes }) });
});
