import {
  type Context,
  checkParseContext,
  checkParseEntities,
  checkParsePolicySet,
  type Entities,
  type PolicySet,
} from '@cedar-policy/cedar-wasm/nodejs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePolicySet } from '../../../../core/gate/cedar/compile-policy-set.ts';
import { CedarInputError } from '../../../../core/gate/cedar/errors.ts';
import { checkContext } from '../../../../core/gate/cedar/evaluate.ts';
import { loadEntities } from '../../../../core/gate/cedar/load-entities.ts';
import { cedarCase } from './arbitrary/cases.ts';
import { messyContext, messyEntities } from './arbitrary/messy.ts';
import { mutated } from './arbitrary/mutated.ts';

const CASES = 400;

function loads(load: () => unknown): boolean {
  try {
    load();
    return true;
  } catch (error) {
    if (error instanceof CedarInputError) return false;
    throw error;
  }
}

/** The official package answers some malformed input with a failure and throws on other. */
function officialLoads(policies: unknown): boolean {
  try {
    return checkParsePolicySet(policies as PolicySet).type === 'success';
  } catch {
    return false;
  }
}

describe('checkContext', () => {
  it('refuses exactly what the official parser refuses when contexts are messy', () => {
    fc.assert(
      fc.property(messyContext, (context) => {
        const official = checkParseContext({ context: context as Context });
        expect(checkContext(context) === null).toBe(official.type === 'success');
      }),
      { numRuns: CASES },
    );
  });
});

describe('loadEntities', () => {
  it('refuses exactly what the official parser refuses when entities are messy', () => {
    fc.assert(
      fc.property(messyEntities, (entities) => {
        // Hostile input on purpose.
        const official = checkParseEntities({ entities: entities as unknown as Entities });
        expect(loads(() => loadEntities(entities))).toBe(official.type === 'success');
      }),
      { numRuns: CASES },
    );
  });
});

describe('compilePolicySet', () => {
  it('refuses what the official parser refuses when a policy set is damaged in one place', () => {
    const damaged = cedarCase.chain(({ policies }) => mutated({ ...policies }));
    fc.assert(
      fc.property(damaged, (policies) => {
        // Not the other way round: unknown members of a scope constraint are ignored there and refused here.
        if (loads(() => compilePolicySet(policies))) expect(officialLoads(policies)).toBe(true);
      }),
      { numRuns: CASES },
    );
  });
});
