import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { JsonObject } from '../../core/json.ts';
import type { Sandbox } from '../../sandbox/index.ts';

const OPERATOR_ROLE = 'countersign-registry-operator';
const FUNCTION_NAME = 'countersign-load-registry';

/**
 * Declares agents, units and facts the way a deployer does: the operator's role invokes the loader.
 *
 * @throws {Error} with the loader's own message when it refuses
 */
export async function loadRegistry(sandbox: Sandbox, declarations: JsonObject): Promise<void> {
  const client = new LambdaClient({
    endpoint: sandbox.endpointUrl,
    region: sandbox.region,
    credentials: sandbox.credentialsFor(OPERATOR_ROLE),
  });
  try {
    const reply = await client.send(
      new InvokeCommand({
        FunctionName: FUNCTION_NAME,
        Payload: new TextEncoder().encode(JSON.stringify(declarations)),
      }),
    );
    const text = new TextDecoder().decode(reply.Payload);
    if (reply.FunctionError !== undefined) throw new Error(`expected the registry to load, got ${text}`);
  } finally {
    client.destroy();
  }
}
