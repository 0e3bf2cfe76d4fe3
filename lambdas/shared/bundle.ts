import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CompiledBundle } from '../../core/gate/bundle.ts';
import { loadBundle } from '../../core/gate/bundle.ts';
import { requiredEnv } from './environment.ts';

let loaded: CompiledBundle | undefined;

/**
 * The policy bundle that was deployed beside this function, compiled once per execution environment.
 *
 * @throws {BundleFormatError} when its hash is not the one the deployment names
 */
export function policyBundle(): CompiledBundle {
  loaded ??= loadBundle(readFileSync(bundlePath()), requiredEnv('POLICY_BUNDLE_HASH'));
  return loaded;
}

function bundlePath(): string {
  return join(requiredEnv('LAMBDA_TASK_ROOT'), 'policy-bundle.json');
}
