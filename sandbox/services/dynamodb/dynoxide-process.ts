import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureFolder, readJsonIfPresent, removeDurable, writeDurable } from '../../front/durable-file.ts';

/**
 * The database process. It checks no permissions, so it must not outlive the sandbox: it hangs on a pipe that the
 * operating system closes when the sandbox ends in whatever way, and a survivor is ended at the next start.
 */
export interface DatabaseProcess {
  /** `http://127.0.0.1:<port>`; stays the same when the process had to be started again. */
  readonly url: string;
  close(): Promise<void>;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

// $! is the database; `cat` ends when the sandbox's end of the pipe closes, and takes the database with it.
const leashScript = [
  'exec 3<&0',
  '"$@" 3<&- </dev/null & database=$!',
  'echo "process $database"',
  '{ cat <&3 >/dev/null; kill "$database" 2>/dev/null; } & leash=$!',
  'wait "$database"',
  'kill "$leash" 2>/dev/null',
].join('\n');

function binaryPath(): string {
  const name = `${process.platform}-${process.arch}`;
  if (name !== 'linux-x64') {
    throw new Error(
      `there is no database binary for \`${name}\`: start DynamoDB Local and give its address as the option \`databaseUrl\``,
    );
  }
  const manifest = createRequire(import.meta.url).resolve(`@dynoxide/${name}/package.json`);
  return join(dirname(manifest), 'dynoxide');
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

function commandLineOf(processId: number): string {
  try {
    return readFileSync(`/proc/${processId}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

async function endSurvivor(pidPath: string, databasePath: string): Promise<void> {
  const stored = readJsonIfPresent(pidPath);
  if (
    typeof stored !== 'object' ||
    stored === null ||
    !('processId' in stored) ||
    typeof stored.processId !== 'number'
  ) {
    return;
  }
  // The number may belong to another process by now; only one that serves this very file is ended.
  while (commandLineOf(stored.processId).includes(databasePath)) {
    process.kill(stored.processId, 'SIGKILL');
    await sleep(5);
  }
  removeDurable(pidPath);
}

function waitUntilListening(child: Child, pidPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer): void => {
      output = `${output}${chunk.toString('utf8')}`.slice(-2_000);
      const processId = /process (\d+)/.exec(output)?.[1];
      if (processId !== undefined && output.includes('listening on')) {
        writeDurable(pidPath, JSON.stringify({ processId: Number(processId) }));
        child.stdout.off('data', read).resume();
        child.stderr.off('data', read).resume();
        resolve();
      }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', () => reject(new Error(`the database did not start: ${output.trim()}`)));
  });
}

/**
 * The database numbers stream records by a maximum it would otherwise find by reading them all: without this index
 * every write to a table with a stream becomes slower the more rows the stream has.
 */
function indexStreamRecords(databasePath: string): void {
  const database = new DatabaseSync(databasePath, { timeout: 5_000 });
  try {
    database.exec(
      'CREATE INDEX IF NOT EXISTS sandbox_stream_order ON _stream_records (table_name, CAST(sequence_number AS INTEGER))',
    );
  } finally {
    database.close();
  }
}

/**
 * Starts the database on the file in `stateDir`; data of an earlier process, however it ended, is kept.
 *
 * @param onFault called when the process ended by itself; it is started again
 */
export async function startDatabase(stateDir: string, onFault: (error: unknown) => void): Promise<DatabaseProcess> {
  ensureFolder(stateDir);
  const databasePath = join(stateDir, 'tables.sqlite');
  const pidPath = join(stateDir, 'database-process.json');
  const binary = binaryPath();
  await endSurvivor(pidPath, databasePath);
  const port = await freePort();
  let closing = false;
  let child: Child;

  const start = async (): Promise<void> => {
    const settings = ['--host', '127.0.0.1', '--port', String(port), '--db-path', databasePath];
    child = spawn('/bin/sh', ['-c', leashScript, 'sh', binary, ...settings], {
      stdio: ['pipe', 'pipe', 'pipe'],
      // In a group of its own, so that an interrupt from the keyboard leaves the order of closing to the sandbox.
      detached: true,
    });
    child.stdin.on('error', () => undefined);
    await waitUntilListening(child, pidPath);
    indexStreamRecords(databasePath);
    child.once('exit', () => {
      child.stdin.destroy();
      if (!closing) {
        start().catch(onFault);
        onFault(new Error('the database process ended and is started again'));
      }
    });
  };
  await start();

  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      closing = true;
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.stdin.end();
        await ended;
      }
      removeDurable(pidPath);
    },
  };
}
