import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { StatesHarness } from './harness.ts';
import { TWO_WAITS } from './two-waits.ts';

let harness: StatesHarness;
beforeEach(() => {
  harness = new StatesHarness();
});
afterEach(() => harness.dispose());

it('goes on with what was acknowledged when its process is killed between two answers', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'waiting-process.ts'), harness.folder.path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line]: unknown[] = await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const { executionArn, token }: { executionArn: string; token: string } = JSON.parse(String(line));
  await harness.open(TWO_WAITS, 'P');
  await harness.api('SendTaskSuccess', { taskToken: token, output: '"answered after"' });
  expect(await harness.describe(executionArn)).toMatchObject({
    status: 'SUCCEEDED',
    output: ['answered before', 'answered after'],
  });
});
