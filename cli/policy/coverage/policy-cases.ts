import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CompiledBundle } from '../../../core/gate/bundle.ts';
import type { CaseResult } from '../../../core/gate/coverage/coverage.ts';
import type { JsonObject } from '../../../core/json.ts';
import { POLICIES_DIRECTORY } from '../../../tools/build-bundle.ts';
import { failedCases, readCases } from '../../../tools/bundle/cases.ts';

/** Decides every case of `cases/*.json` and compares verdict and quoted rules with the expected ones. */
export function runPolicyCases(policiesDirectory: string, bundle: CompiledBundle): readonly CaseResult[] {
  const cases = readCases(policiesDirectory);
  const failures = new Map(
    failedCases(policiesDirectory, cases, bundle).map(({ file, name, expected, got }) => [
      `${file}: ${name}`,
      `expected ${expected}, got ${got}`,
    ]),
  );
  return cases.map(({ file, name, rules }) => {
    const id = `${file}: ${name}`;
    const problem = failures.get(id);
    return {
      id,
      dimension: 'accuracy' as const,
      exercises: rules,
      passed: problem === undefined,
      ...(problem !== undefined && { problem }),
    };
  });
}

/** The facts of an ordinary action that nothing stands against. */
export function ordinaryContext(): JsonObject {
  return JSON.parse(readFileSync(join(POLICIES_DIRECTORY, 'cases', 'base.json'), 'utf8')).context;
}
