import { DynamoDbOpenRequests } from '../../aws/open-requests.ts';
import { isExpired } from '../../core/approval/request.ts';
import { mayReadRequests } from '../../core/approval/separation.ts';
import { requestLine } from '../../core/approval/view.ts';
import { requiredEnv } from '../shared/environment.ts';
import { json, problem } from '../shared/problem.ts';
import { personHandler } from '../shared/stack.ts';
import { coreDeps, dynamoDb } from '../shared/wiring.ts';

const index = new DynamoDbOpenRequests(dynamoDb, requiredEnv('STATE_TABLE_NAME'));
/** Most requests one list shows, oldest first. */
const MAX_LISTED = 100;

/** Lists the approval requests that wait for people. */
export const handler = personHandler(async (_event, person) => {
  if (!mayReadRequests(person))
    return problem(403, 'not_a_reader', 'expected an approver, manager, risk officer or auditor');
  const { clock } = coreDeps();
  const found = await index.open(MAX_LISTED);
  const open = found.filter((request) => request.status === 'open' && !isExpired(request, clock.nowMs()));
  return json(200, { requests: open.map(requestLine), isCut: found.length === MAX_LISTED });
});
