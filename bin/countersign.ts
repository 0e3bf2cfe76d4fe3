#!/usr/bin/env node
import { surviveClosedPipe } from '../cli/closed-pipe.ts';
import { processIo, runCli } from '../cli/main.ts';

const argv = process.argv.slice(2);
// Following a ledger that nobody reads any more would never end.
surviveClosedPipe(process.stdout, () => {
  if (argv[0] === 'tail') process.exit();
});
process.exitCode = await runCli(argv, processIo());
