import type { CaseResult, Dimension } from '../../../core/gate/coverage/coverage.ts';

/** A case that is written as code: it returns what went wrong, or undefined. */
export interface Check {
  readonly name: string;
  /** Rules and controls it exercises. */
  readonly exercises: readonly string[];
  readonly run: () => Promise<string | undefined> | string | undefined;
}

/** Runs checks one after the other. A check that throws has failed. */
export async function runChecks(dimension: Dimension, checks: readonly Check[]): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = [];
  for (const { name, exercises, run } of checks) {
    const problem = await outcomeOf(run);
    results.push({
      id: `${dimension}: ${name}`,
      dimension,
      exercises,
      passed: problem === undefined,
      ...(problem !== undefined && { problem }),
    });
  }
  return results;
}

/** What was expected and what came instead, or undefined when they are the same. */
export function differs(expected: unknown, got: unknown): string | undefined {
  const [wanted, found] = [JSON.stringify(expected), JSON.stringify(got)];
  return wanted === found ? undefined : `expected ${wanted}, got ${found}`;
}

/** Undefined when `act` throws, which is what it must do. */
export function mustThrow(act: () => unknown): string | undefined {
  try {
    act();
  } catch {
    return undefined;
  }
  return 'expected a refusal, got none';
}

async function outcomeOf(run: Check['run']): Promise<string | undefined> {
  try {
    return await run();
  } catch (error) {
    return `threw ${error instanceof Error ? error.message : String(error)}`;
  }
}
