import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { JsonObject, JsonValue } from '../core/json.ts';
import { isJsonObject } from '../core/json.ts';
import type { CommandIo } from './command.ts';
import { CommandError, EXIT, report } from './command.ts';
import { credentialsFor, findDeployment } from './deployment.ts';

/** How the command is called. */
export const LOAD_USAGE = `countersign load FILE [--function NAME] [--as ROLE] [--json]
  Declares the agents, units and facts of a JSON file. Loading the same again changes nothing.`;

const DEFAULT_FUNCTION = 'countersign-load-registry';
const OPERATOR_ROLE = 'countersign-registry-operator';

/** Loads the registry by invoking its loader as the registry operator. */
export async function loadCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const { path, functionName, role, isJson } = readArguments(argv);
  const declarations = readDeclarations(path);
  const deployment = findDeployment(io);
  const client = new LambdaClient({
    region: deployment.region,
    credentials: credentialsFor(deployment, io, role),
    ...(deployment.endpointUrl !== undefined && { endpoint: deployment.endpointUrl }),
  });
  const reply = await invoke(client, functionName, declarations);
  if (reply.problem !== undefined) throw reply.problem;
  const { agents, units, facts, changed } = reply.loaded;
  report(io, isJson, reply.loaded, [
    `declared ${String(agents)} agents, ${String(units)} units and ${String(facts)} facts; ${String(changed)} changed`,
  ]);
  return EXIT.ok;
}

function readArguments(argv: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        function: { type: 'string', default: DEFAULT_FUNCTION },
        as: { type: 'string', default: OPERATOR_ROLE },
        json: { type: 'boolean', default: false },
      },
    });
    const [path, ...rest] = positionals;
    if (path === undefined || rest.length > 0) throw new TypeError('expected one file');
    return { path, functionName: values.function, role: values.as, isJson: values.json };
  } catch {
    throw new CommandError(EXIT.badInput, LOAD_USAGE);
  }
}

function readDeclarations(path: string): string {
  try {
    const text = readFileSync(path, 'utf8');
    JSON.parse(text);
    return text;
  } catch {
    throw new CommandError(EXIT.badInput, `expected a json file at \`${path}\``);
  }
}

type Invoked = { readonly loaded: JsonObject; readonly problem?: never } | { readonly problem: CommandError };

async function invoke(client: LambdaClient, functionName: string, payload: string): Promise<Invoked> {
  try {
    const { FunctionError, Payload } = await client.send(
      new InvokeCommand({ FunctionName: functionName, Payload: new TextEncoder().encode(payload) }),
    );
    const body: JsonValue = JSON.parse(new TextDecoder().decode(Payload));
    if (FunctionError === undefined && isJsonObject(body)) return { loaded: body };
    return { problem: functionProblem(body) };
  } catch (error) {
    const name = error instanceof Error ? error.name : 'error';
    const exitCode = name.startsWith('AccessDenied') ? EXIT.denied : EXIT.failed;
    return { problem: new CommandError(exitCode, `expected to invoke \`${functionName}\`, got \`${name}\``) };
  }
}

function functionProblem(body: JsonValue): CommandError {
  const { errorType, errorMessage } = isJsonObject(body) ? body : {};
  const exitCode = errorType === 'InvalidInput' ? EXIT.badInput : EXIT.failed;
  return new CommandError(exitCode, String(errorMessage ?? 'expected the load to succeed, got an unknown error'));
}
