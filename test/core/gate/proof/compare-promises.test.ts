import { describe, expect, it } from 'vitest';
import { comparePromises } from '../../../../core/gate/proof/compare-promises.ts';
import type { JsonObject } from '../../../../core/json.ts';

const promise = (id: string, text = 'all is well') => ({ id, text, checker: 'total', cases: 3 });
const bundle = (...invariants: JsonObject[]): JsonObject => ({ proof: { invariants } });

describe('comparePromises', () => {
  it('names what is dropped, added and changed, and nothing else', () => {
    const older = bundle(promise('INV-A'), promise('INV-B'), promise('INV-C'));
    const newer = bundle({ ...promise('INV-A'), cases: 9 }, promise('INV-B', 'all is better'), promise('INV-D'));
    expect(comparePromises(older, newer)).toEqual({ dropped: ['INV-C'], added: ['INV-D'], changed: ['INV-B'] });
  });

  it('drops every promise when the newer bundle has no proof', () => {
    expect(comparePromises(bundle(promise('INV-A')), {})).toEqual({ dropped: ['INV-A'], added: [], changed: [] });
  });

  it('throws when a proof is malformed', () => {
    expect(() => comparePromises({ proof: { invariants: [{ id: 7 }] } }, {})).toThrow('bundle.proof.invariants[0]');
  });
});
