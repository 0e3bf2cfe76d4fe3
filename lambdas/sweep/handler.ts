import { LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient } from '@aws-sdk/client-sfn';
import * as v from 'valibot';
import { DynamoDbAgentDirectory, DynamoDbPendingActions } from '../../aws/agent-directory.ts';
import { ApprovalCloser } from '../../aws/approval-closer.ts';
import { CLIENT_DEFAULTS } from '../../aws/clients.ts';
import { DynamoDbOpenRequests } from '../../aws/open-requests.ts';
import { StepFunctionsWorkflow } from '../../aws/step-functions.ts';
import { requiredEnv } from '../shared/environment.ts';
import { taskHandler } from '../shared/stack.ts';
import { coreDeps, dynamoDb } from '../shared/wiring.ts';
import { sweep } from './sweep.ts';

const stepFunctions = new SFNClient(CLIENT_DEFAULTS);
const closer = new ApprovalCloser(new LambdaClient(CLIENT_DEFAULTS), requiredEnv('APPROVAL_CLOSE_FUNCTION_NAME'));

/** Every minute: finishes what crashes left half-done. */
export const handler = taskHandler(v.unknown(), async () => {
  const stateTable = requiredEnv('STATE_TABLE_NAME');
  return sweep({
    ...coreDeps(),
    closer,
    directory: new DynamoDbAgentDirectory(dynamoDb, requiredEnv('REGISTRY_TABLE_NAME')),
    openRequests: new DynamoDbOpenRequests(dynamoDb, stateTable),
    pendingActions: new DynamoDbPendingActions(dynamoDb, stateTable),
    workflow: new StepFunctionsWorkflow(stepFunctions, requiredEnv('APPROVAL_STATE_MACHINE_ARN')),
  });
});
