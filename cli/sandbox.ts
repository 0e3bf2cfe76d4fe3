import { parseArgs } from 'node:util';
import type { CommandIo } from './command.ts';
import { CommandError, EXIT } from './command.ts';
import { otherSandbox, sandboxFilePath, stateDirOf } from './deployment.ts';
import { guide } from './sandbox/guide.ts';
import { runSandbox } from './sandbox/run-sandbox.ts';

/** How the command is called. */
export const SANDBOX_USAGE = `countersign sandbox [--port PORT] [--endpoint-port PORT] [--app DIR] [--json]
  Runs the app on this machine until interrupted. State is kept in .countersign (or COUNTERSIGN_HOME) over restarts.
  --app DIR runs what cdk synth wrote to DIR; without it the app is synthesized first.`;

const DEFAULT_API_PORT = '8787';
const DEFAULT_ENDPOINT_PORT = '8788';
const MAX_PORT = 65_535;

/** Runs the sandbox until SIGINT or SIGTERM. */
export async function sandboxCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      port: { type: 'string', default: DEFAULT_API_PORT },
      'endpoint-port': { type: 'string', default: DEFAULT_ENDPOINT_PORT },
      app: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  refuseSecond(stateDirOf(io));
  const running = await runSandbox({
    stateDir: stateDirOf(io),
    ...(values.app !== undefined && { appDir: values.app }),
    apiPort: portOf('--port', values.port),
    endpointPort: portOf('--endpoint-port', values['endpoint-port']),
    say: (text) => io.stderr(`${text}\n`),
  });
  io.stdout(values.json ? `${JSON.stringify(running.file)}\n` : `${guide(running.file).join('\n')}\n`);
  await interrupted();
  io.stderr('stopping …\n');
  await running.close();
  return EXIT.ok;
}

/** Two sandboxes on one folder would each take the database from the other. */
function refuseSecond(stateDir: string): void {
  const other = otherSandbox(stateDir);
  if (other === undefined) return;
  const remedy = `stop it first, or delete \`${sandboxFilePath(stateDir)}\` if process ${other.pid} is no sandbox`;
  throw new CommandError(EXIT.badInput, `a sandbox runs here already: ${other.apiUrl}; ${remedy}`);
}

function portOf(flag: string, text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= MAX_PORT) return Number(text);
  throw new CommandError(EXIT.badInput, `expected ${flag} to be a port, got \`${text}\``);
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}
