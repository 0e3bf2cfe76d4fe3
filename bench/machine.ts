import { execFileSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';

/** Where and on what measurements were made. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  /** Processes that wanted a core during the minute before: more than none means that others shared the machine. */
  readonly loadBefore: number;
  readonly commit: string;
  /** False when files differed from the commit. */
  readonly isClean: boolean;
  readonly date: string;
}

const PROJECT_ROOT = join(import.meta.dirname, '..');

/** This machine, now. */
export function thisMachine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    node: process.version,
    loadBefore: loadavg()[0] ?? Number.NaN,
    commit: git('rev-parse', '--short=12', 'HEAD'),
    isClean: git('status', '--porcelain', '--', '.', ':!bench/results') === '',
    date: new Date().toISOString(),
  };
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: PROJECT_ROOT, encoding: 'utf8' }).trim();
}
