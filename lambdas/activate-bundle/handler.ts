import * as v from 'valibot';
import { DynamoDbAgentDirectory } from '../../aws/agent-directory.ts';
import { activateBundle } from '../../core/gate/activate-bundle.ts';
import { isProved } from '../../core/gate/proof/check-proof.ts';
import { MAX_SEQUENCE } from '../../core/gate/release.ts';
import { IdSchema, parseBody } from '../shared/body.ts';
import { policyBundles, publishedBundles } from '../shared/bundle.ts';
import { requiredEnv } from '../shared/environment.ts';
import { priceTable } from '../shared/prices.ts';
import { json } from '../shared/problem.ts';
import { agentHandler } from '../shared/stack.ts';
import { coreDeps, dynamoDb } from '../shared/wiring.ts';
import { activationRefusal } from './refusals.ts';

const Activation = v.strictObject({
  actionId: IdSchema,
  bundleHash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'expected a sha-256 in lower-case hexadecimal')),
  sequence: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(MAX_SEQUENCE)),
});

/** Puts a policy bundle into force for an action of the caller's that people approved. Acknowledged by the 200 alone. */
export const handler = agentHandler(async (event, agentId) => {
  const { actionId, bundleHash, sequence } = parseBody(event, Activation);
  const { deployed } = policyBundles();
  const deps = {
    ...coreDeps(),
    directory: new DynamoDbAgentDirectory(dynamoDb, requiredEnv('REGISTRY_TABLE_NAME')),
    published: await publishedBundles(),
    deployed: { hash: deployed.hash, sequence: deployed.release.sequence },
    prices: priceTable,
    prove: isProved,
  };
  const activated = await activateBundle(deps, { agentId, actionId, bundle: { hash: bundleHash, sequence } });
  return activated.ok ? json(200, activated.value) : activationRefusal(activated.problem);
});
