import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabaseClient } from '../../../sandbox/services/dynamodb/database-client.ts';
import { startDatabase } from '../../../sandbox/services/dynamodb/dynoxide-process.ts';
import { temporaryFolder } from '../front/fixture.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const modulePath = join(import.meta.dirname, '../../../sandbox/services/dynamodb/dynoxide-process.ts');

function startInAnotherProcess(): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const script = join(folder.path, 'start.mjs');
  writeFileSync(
    script,
    `import { startDatabase } from ${JSON.stringify(pathToFileURL(modulePath).href)};
     const { url } = await startDatabase(${JSON.stringify(folder.path)}, console.error);
     console.log('ready ' + url);
     setInterval(() => undefined, 1_000);`,
  );
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('the process ended')));
    child.stdout.on('data', (chunk: Buffer) => {
      const url = /ready (\S+)/.exec(chunk.toString('utf8'))?.[1];
      if (url !== undefined) {
        child.removeAllListeners('exit');
        resolve({ child, url });
      }
    });
  });
}

async function isReachable(url: string): Promise<boolean> {
  try {
    await fetch(url, { method: 'POST' });
    return true;
  } catch {
    return false;
  }
}

test('ends with the sandbox when the sandbox is killed', async () => {
  const { child, url } = await startInAnotherProcess();
  expect(await isReachable(url)).toBe(true);
  child.kill('SIGKILL');
  await expect.poll(() => isReachable(url), { timeout: 10_000 }).toBe(false);
});

test('starts on the data of a sandbox that was killed', async () => {
  const { child, url } = await startInAnotherProcess();
  const before = openDatabaseClient(url);
  const schema = {
    TableName: 'table',
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
  };
  await before.ask('CreateTable', schema);
  await before.ask('PutItem', { TableName: 'table', Item: { pk: { S: 'kept' } } });
  child.kill('SIGKILL');
  before.close();

  const database = await startDatabase(folder.path, () => undefined);
  const client = openDatabaseClient(database.url);
  const read = await client.ask('GetItem', { TableName: 'table', Key: { pk: { S: 'kept' } } });
  expect(read['Item']).toEqual({ pk: { S: 'kept' } });
  client.close();
  await database.close();
  expect(await isReachable(database.url)).toBe(false);
});

test('ends a database on the same file that outlived its sandbox', async () => {
  const manifest = createRequire(import.meta.url).resolve('@dynoxide/linux-x64/package.json');
  const databasePath = join(folder.path, 'tables.sqlite');
  const survivor = spawn(join(dirname(manifest), 'dynoxide'), ['--port', '0', '--db-path', databasePath], {
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => survivor.once('exit', (_code, signal) => resolve(signal)));
  writeFileSync(join(folder.path, 'database-process.json'), JSON.stringify({ processId: survivor.pid }));

  const database = await startDatabase(folder.path, () => undefined);
  expect(await ended).toBe('SIGKILL');
  expect(await isReachable(database.url)).toBe(true);
  await database.close();
});

test('leaves a process alone that only has the number of an earlier database', async () => {
  const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
  writeFileSync(join(folder.path, 'database-process.json'), JSON.stringify({ processId: stranger.pid }));
  const database = await startDatabase(folder.path, () => undefined);
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  stranger.kill();
  await database.close();
});
