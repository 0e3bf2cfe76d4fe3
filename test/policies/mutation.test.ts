import { describe, expect, it } from 'vitest';
import type { PolicyBundle } from '../../core/gate/bundle.ts';
import { compileBundle } from '../../core/gate/bundle.ts';
import { decide } from '../../core/gate/decide.ts';
import { proveBundle } from '../../core/gate/proof/prove.ts';
import { isJsonObject } from '../../core/json.ts';
import { assembleBundle, POLICIES_DIRECTORY } from '../../tools/build-bundle.ts';
import { readInvariants } from '../../tools/bundle/invariants.ts';
import { casesByFile, contextWith } from './cases.ts';
import { negated, negatedWhen, without, withPolicy } from './mutants.ts';

const source = assembleBundle(POLICIES_DIRECTORY);
const invariants = readInvariants(POLICIES_DIRECTORY);
const cases = casesByFile.flatMap(([, list]) => list).map((one) => ({ ...one, context: contextWith(one.facts) }));

/** The first case whose answer is not the expected one, else the first invariant that does not hold. */
function firstFailure(mutant: PolicyBundle): string | undefined {
  const bundle = compileBundle(mutant);
  const failed = cases.find(({ action, context, verdict, rules }) => {
    const decision = decide({ agentId: 'agent', actionType: action, resource: 'account/1', context }, bundle);
    const quoted = decision.rules.map(({ id }) => id).sort();
    return decision.verdict !== verdict || quoted.join() !== [...rules].sort().join();
  });
  if (failed !== undefined) return failed.name;
  return proveBundle(bundle, invariants).results.find(({ witnesses }) => witnesses.length > 0)?.invariant.id;
}

const decisive = Object.values(source.rules).filter(({ mode }) => mode === undefined);
const conditional = decisive.filter(({ id }) => {
  const policy = source.policies[id];
  return isJsonObject(policy) && negatedWhen(policy) !== undefined;
});

it('passes every case and proof as it is', () => {
  expect(firstFailure(source)).toBeUndefined();
});

describe('a case or a proof fails', () => {
  it.each(decisive.map(({ id }) => id))('when %s is dropped', (id) => {
    expect(firstFailure(without(source, id))).toBeDefined();
  });

  it.each(decisive.map(({ id }) => id))('when %s holds exactly where it should not', (id) => {
    expect(firstFailure(withPolicy(source, id, negated))).toBeDefined();
  });

  it.each(conditional.map(({ id }) => id))('when %s has its condition negated and keeps its exception', (id) => {
    expect(firstFailure(withPolicy(source, id, (policy) => negatedWhen(policy) ?? policy))).toBeDefined();
  });
});
