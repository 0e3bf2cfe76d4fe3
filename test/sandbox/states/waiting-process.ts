/** Runs as a process of its own, to be killed: starts an execution that waits twice, and prints its ARN and tokens. */
import { StatesHarness } from './harness.ts';
import { TWO_WAITS } from './two-waits.ts';

const path = process.argv[2];
if (path === undefined) throw new Error('expected a folder');
const harness = new StatesHarness({ path, remove: () => undefined });
await harness.open(TWO_WAITS, 'P');
const executionArn = await harness.start();
await harness.api('SendTaskSuccess', { taskToken: harness.token('ask1'), output: '"answered before"' });
process.stdout.write(`${JSON.stringify({ executionArn, token: harness.token('ask2') })}\n`);
setInterval(() => undefined, 60_000);
