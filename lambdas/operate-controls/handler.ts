import { DynamoDbAgentDirectory } from '../../aws/agent-directory.ts';
import { requiredEnv } from '../shared/environment.ts';
import { personHandler } from '../shared/stack.ts';
import { dynamoDb, namingDeps } from '../shared/wiring.ts';
import { route } from './routes.ts';

/** Halts and resumes agents, raises and clears the veto, sets the risk level, and shows what stands. */
export const handler = personHandler(async (event, officer) => {
  const directory = new DynamoDbAgentDirectory(dynamoDb, requiredEnv('REGISTRY_TABLE_NAME'));
  return route({ deps: { ...(await namingDeps()), directory }, officer, event });
});
