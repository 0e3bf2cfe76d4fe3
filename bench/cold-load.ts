import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { DeployedFunction } from './hosted-sandbox.ts';
import { median } from './statistics.ts';

/** What it takes to have a function's code in memory. */
export interface ColdLoad {
  readonly name: string;
  readonly bundleBytes: number;
  /** Median time of importing the bundle in a fresh process, milliseconds; starting Node itself is not in it. */
  readonly medianMs: number;
}

const PROCESSES = 15;

const IMPORT_AND_TELL = `
const startMs = performance.now();
await import(process.argv[1]);
process.stdout.write(String(performance.now() - startMs), () => process.exit(0));`;

/** Imports each function's bundle, as deployed and with its environment, in fresh processes one after another. */
export async function coldLoads(functions: readonly DeployedFunction[], region: string): Promise<readonly ColdLoad[]> {
  const loads: ColdLoad[] = [];
  for (const each of functions) {
    const samples: number[] = [];
    for (let process = 0; process < PROCESSES; process += 1) samples.push(await importOnce(each, region));
    loads.push({ name: each.name, bundleBytes: statSync(each.moduleFile).size, medianMs: median(samples) });
  }
  return loads;
}

async function importOnce({ moduleFile, environment }: DeployedFunction, region: string): Promise<number> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', IMPORT_AND_TELL, pathToFileURL(moduleFile).href],
    { env: { ...environment, AWS_REGION: region, LAMBDA_TASK_ROOT: dirname(moduleFile) } },
  );
  return Number(stdout);
}
