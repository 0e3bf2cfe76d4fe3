import { describe, expect, it } from 'vitest';
import { matchKeys } from '../../../core/reconcile/match-keys.ts';
import type { DeployedKey } from '../../../core/records/record-key-change.ts';

const deployed = (...standings: readonly DeployedKey['standing'][]): readonly DeployedKey[] =>
  standings.map((standing, index) => ({ generation: index + 1, standing, keyId: `key-${index + 1}` }));
const found = (keys: readonly DeployedKey[], introduced = 0, retired = 0) =>
  matchKeys([{ purpose: 'log', deployed: keys, recorded: { introduced, retired } }]);

const NEXT = { code: 'key_unrecorded', key: 'log 2', expected: 'the record that the key is in use', got: 'none' };
const GONE = { code: 'key_unrecorded', key: 'log 1', expected: 'the record that the key is retired', got: 'none' };

describe('matchKeys', () => {
  it.each([
    ['the first key, which needs no record', deployed('active'), 0, 0],
    ['a recorded replacement', deployed('overlapping', 'active'), 2, 0],
    ['a recorded replacement and retirement', deployed('retired', 'active'), 2, 1],
  ])('finds nothing at %s', (_what, keys, introduced, retired) => {
    expect(found(keys, introduced, retired)).toEqual([]);
  });

  it.each([
    ['replaced', deployed('overlapping', 'active'), 0, [NEXT]],
    ['retired', deployed('retired', 'active'), 2, [GONE]],
    ['replaced at once', deployed('retired', 'active'), 0, [NEXT, GONE]],
  ])('names the key that was %s without a record', (_how, keys, introduced, findings) => {
    expect(found(keys, introduced)).toEqual(findings);
  });

  it('says which generation was recorded last', () => {
    expect(found(deployed('retired', 'overlapping', 'active'), 2, 1)).toMatchObject([
      { key: 'log 3', got: 'that of generation 2' },
    ]);
  });
});
