import { describe, expect, it } from 'vitest';
import { mergeRequirements, parseRequirement } from '../../../core/gate/requirement.ts';

describe('parseRequirement', () => {
  it.each([
    ['approvals=1', 1, 0],
    ['approvals=2', 2, 0],
    ['approvals=2;managers=1', 2, 1],
    ['approvals=1;managers=1', 1, 1],
  ])('reads `%s`', (text, approvals, managers) => {
    expect(parseRequirement(text)).toEqual({ kind: 'approvals', approvals, managers });
  });

  it.each(['', 'approvals=0', 'approvals=3', 'approvals=1;managers=2', 'managers=1', ' approvals=1', 'approvals=1;'])(
    'refuses `%s`',
    (text) => {
      expect(parseRequirement(text)).toBeUndefined();
    },
  );
});

describe('mergeRequirements', () => {
  it('takes the most people and the most managers, of whichever rule', () => {
    const one = { kind: 'approvals', approvals: 1, managers: 1 } as const;
    const two = { kind: 'approvals', approvals: 2, managers: 0 } as const;

    expect(mergeRequirements([one, two])).toEqual({ kind: 'approvals', approvals: 2, managers: 1 });
  });
});
