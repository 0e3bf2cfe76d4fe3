import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { badInputOf } from '../bad-input.ts';
import { surviveClosedPipe } from '../closed-pipe.ts';
import { directoryLog } from './directory-log.ts';
import { LOG_EXIT, reportLog } from './report-log.ts';
import { LOG_FLAG_LINES, parseLogFlags } from './run-verifier.ts';
// Serves digests when this file runs as one of its own threads.
import './digest-worker.ts';

const USAGE = `usage: node countersign-verify.mjs DIR [--json] [flags]
  verifies an exported log; needs nothing but Node 20 or later and this file
${LOG_FLAG_LINES}
exit code 0: nothing failed and all that was asked for was checked; 1: not so; 3: bad input`;

/** The whole program of the single file: `countersign verify DIR` for those who have nothing else of this project. */
async function main(argv: readonly string[]): Promise<number> {
  const stderr = (text: string) => void process.stderr.write(text);
  try {
    const { values, positionals } = parseLogFlags(argv);
    const [directory, ...others] = positionals;
    if (directory === undefined || others.length > 0) {
      stderr(`${USAGE}\n`);
      return LOG_EXIT.badInput;
    }
    if (!existsSync(join(directory, 'checkpoint')) && !existsSync(join(directory, 'tile'))) {
      stderr(`expected an exported log at \`${directory}\`, got none\n`);
      return LOG_EXIT.badInput;
    }
    const stdout = (text: string) => void process.stdout.write(text);
    const place = { source: directoryLog(directory), bundles: { directory }, isLive: false, stdout, stderr };
    return await reportLog({ ...place, threadCode: new URL(import.meta.url) }, values);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const badInput = badInputOf(error);
    stderr(`${badInput ?? (error instanceof Error ? error.message : String(error))}\n`);
    if (badInput === undefined) return LOG_EXIT.failed;
    if (!code.startsWith('ERR_PARSE_ARGS')) return LOG_EXIT.badInput;
    stderr(`${USAGE}\n`);
    return LOG_EXIT.badInput;
  }
}

if (isMainThread) {
  surviveClosedPipe(process.stdout);
  process.exitCode = await main(process.argv.slice(2));
}
