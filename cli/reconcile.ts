import { parseArgs } from 'node:util';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { JsonObject, JsonValue } from '../core/json.ts';
import { isJsonObject } from '../core/json.ts';
import type { CommandIo } from './command.ts';
import { CommandError, EXIT, report } from './command.ts';
import { credentialsFor, findDeployment } from './deployment.ts';

/** How the command is called. */
export const RECONCILE_USAGE = `countersign reconcile [--function NAME] [--as ROLE] [--json]
  Compares the ledger with state, log and AWS's record of envelope MACs, from where the last run ended, and records the
  result. Exit code 1 when they do not agree.`;

const DEFAULT_FUNCTION = 'countersign-reconcile-ledger';
const AUDITOR_ROLE = 'countersign-auditor';

/** Runs a reconciliation by invoking its function as an auditor. */
export async function reconcileCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const { functionName, role, isJson } = readArguments(argv);
  const deployment = findDeployment(io);
  const client = new LambdaClient({
    region: deployment.region,
    credentials: credentialsFor(deployment, io, role),
    ...(deployment.endpointUrl !== undefined && { endpoint: deployment.endpointUrl }),
  });
  const reply = await invoke(client, functionName);
  report(io, isJson, reply, lines(reply));
  return reply['status'] === 'differs' ? EXIT.failed : EXIT.ok;
}

function readArguments(argv: readonly string[]) {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      function: { type: 'string', default: DEFAULT_FUNCTION },
      as: { type: 'string', default: AUDITOR_ROLE },
      json: { type: 'boolean', default: false },
    },
  });
  return { functionName: values.function, role: values.as, isJson: values.json };
}

async function invoke(client: LambdaClient, FunctionName: string): Promise<JsonObject> {
  const { FunctionError, Payload } = await client.send(new InvokeCommand({ FunctionName })).catch((error: unknown) => {
    const name = error instanceof Error ? error.name : 'error';
    if (name === 'ResourceNotFoundException')
      throw new CommandError(EXIT.badInput, `expected a function that exists, got \`${FunctionName}\``);
    const exitCode = name.startsWith('AccessDenied') ? EXIT.denied : EXIT.failed;
    throw new CommandError(exitCode, `expected to invoke \`${FunctionName}\`, got \`${name}\``);
  });
  const body: JsonValue = JSON.parse(new TextDecoder().decode(Payload));
  if (FunctionError === undefined && isJsonObject(body)) return body;
  const message = isJsonObject(body) ? body['errorMessage'] : undefined;
  throw new CommandError(EXIT.failed, String(message ?? 'expected a result, got an unknown error'));
}

function lines({ status, result, ledger }: JsonObject): readonly string[] {
  if (!isJsonObject(result)) return ['nothing to reconcile yet: the last run ended just now'];
  const { from, to, counts, findingCount, findings } = result;
  const { chain, seq } = isJsonObject(ledger) ? ledger : {};
  const counted = Object.entries(isJsonObject(counts) ? counts : {}).map(([name, value]) => `${name} ${String(value)}`);
  // Array.isArray widens a readonly list to `any[]`; the element type is still JSON.
  const listed: readonly JsonValue[] = Array.isArray(findings) ? findings : [];
  return [
    `${String(status)}: ${String(from)} to ${String(to)}, ${String(findingCount)} findings`,
    counted.join(' · '),
    ...listed.map((finding) => `  ${JSON.stringify(finding)}`),
    `recorded as ${String(chain)}#${String(seq)}`,
  ];
}
