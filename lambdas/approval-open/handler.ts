import { SNSClient } from '@aws-sdk/client-sns';
import * as v from 'valibot';
import { CLIENT_DEFAULTS } from '../../aws/clients.ts';
import { SnsNotifier } from '../../aws/sns-notifier.ts';
import { openRequest } from '../../core/approval/open-request.ts';
import { workflowError } from '../../core/approval/workflow-error.ts';
import { IdSchema } from '../shared/body.ts';
import { requiredEnv, requiredSeconds } from '../shared/environment.ts';
import { taskHandler } from '../shared/stack.ts';
import { coreDeps } from '../shared/wiring.ts';

const notifier = new SnsNotifier(new SNSClient(CLIENT_DEFAULTS), requiredEnv('NOTIFICATION_TOPIC_ARN'));
const consoleBaseUrl = requiredEnv('CONSOLE_BASE_URL');
const timeoutMs = requiredSeconds('APPROVAL_TIMEOUT_SECONDS') * 1000;

/** Opens a pending action's approval request and tells approvers. */
export const handler = taskHandler(v.object({ actionId: IdSchema, agentId: IdSchema }), async (input) => {
  const opened = await openRequest({ ...coreDeps(), notifier, consoleBaseUrl, timeoutMs }, input);
  if (!opened.ok) throw workflowError(opened.problem.code, 'Countersign.NotOpened');
  return opened.value;
});
