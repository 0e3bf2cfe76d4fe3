import { decodeRequest } from '../../core/approval/request.ts';
import { mayReadRequests } from '../../core/approval/separation.ts';
import { decodeSlots, slotRefs } from '../../core/approval/slot.ts';
import { requestView } from '../../core/approval/view.ts';
import { pathId } from '../shared/body.ts';
import { json, problem } from '../shared/problem.ts';
import { personHandler } from '../shared/stack.ts';
import { coreDeps } from '../shared/wiring.ts';

/** Shows a signed-in person one approval request, with every parameter rendered. */
export const handler = personHandler(async (event, person) => {
  if (!mayReadRequests(person))
    return problem(403, 'not_a_reader', 'expected an approver, manager, risk officer or auditor');
  const actionId = pathId(event);
  const { store, clock } = coreDeps();
  const [request, ...slots] = await store.read([{ entity: 'approvalRequest', actionId }, ...slotRefs(actionId)]);
  if (request === undefined) return problem(404, 'request_not_found', 'there is no such approval request');
  return json(200, requestView(decodeRequest(request), decodeSlots(slots), person, clock.nowMs()));
});
