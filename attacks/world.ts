import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandIo } from '../cli/command.ts';
import type { OpenWorld } from '../cli/demo/open-world.ts';
import type { AttemptWorld } from '../cli/policy/coverage/attempts.ts';
import { decodeAttempts } from '../cli/policy/coverage/attempts.ts';
import { readPrices } from '../cli/policy/eval/inputs.ts';
import type { LocalGate } from '../cli/policy/eval/local-gate.ts';
import { openLocalGate } from '../cli/policy/eval/local-gate.ts';
import type { RegistryFact } from '../core/authority/registry-from-environment.ts';
import type { PolicyBundle } from '../core/gate/bundle.ts';
import { compileBundle } from '../core/gate/bundle.ts';
import { submitAction } from '../core/gate/submit.ts';
import type { ActionInput } from '../sdk/agent-client.ts';
import { assembleBundle, POLICIES_DIRECTORY } from '../tools/build-bundle.ts';

/** What attacks are mounted against: the deployed app, and its core with rules and prices at hand. */
export interface AttackWorld extends OpenWorld {
  readonly core: CoreWorld;
}

/** The core with the repository's rules. */
export interface CoreWorld extends AttemptWorld {
  readonly facts: readonly RegistryFact[];
  readonly source: PolicyBundle;
}

/** The repository's rules, its prices and the facts its own attempts are decided on. */
export function coreWorld(): CoreWorld {
  const source = assembleBundle(POLICIES_DIRECTORY);
  const attempts = join(POLICIES_DIRECTORY, 'coverage/attempts/policy.json');
  return {
    source,
    bundle: compileBundle(source),
    prices: readPrices(POLICIES_DIRECTORY),
    facts: decodeAttempts(JSON.parse(readFileSync(attempts, 'utf8'))).facts,
  };
}

/** The same with some rules left out. */
export function withoutRules(world: CoreWorld, ...ids: readonly string[]): CoreWorld {
  const { source } = world;
  const unknown = ids.find((id) => !Object.hasOwn(source.rules, id));
  if (unknown !== undefined) throw new Error(`expected a rule, got \`${unknown}\``);
  const keep = ([id]: readonly [string, unknown]) => !ids.includes(id);
  const fewer = {
    ...source,
    policies: Object.fromEntries(Object.entries(source.policies).filter(keep)),
    rules: Object.fromEntries(Object.entries(source.rules).filter(keep)),
  };
  return { ...world, source: fewer, bundle: compileBundle(fewer) };
}

/** Submits actions one after the other to a gate of their own; the verdicts. */
export async function verdictsOf(world: CoreWorld, actions: readonly ActionInput[]): Promise<readonly string[]> {
  const gate = await openLocalGate(world);
  const verdicts: string[] = [];
  for (const action of actions) verdicts.push((await submitted(gate, action)).decision.verdict);
  return verdicts;
}

/** The record of a submitted action. @throws {Error} when it was not decided */
export async function submitted(gate: LocalGate, action: ActionInput) {
  const result = await submitAction(gate, gate.agentId, action);
  if (!result.ok) throw new Error(`expected a decision, got \`${result.problem.code}\``);
  return result.value.record;
}

/** The process in which an attack world's commands run: they print nothing. */
export const SILENT: CommandIo = { stdout: () => undefined, stderr: () => undefined, env: process.env, fetch };
