import { describe, expect, it } from 'vitest';
import { decodeRungs, NO_RUNGS, rungOf } from '../../../core/authority/rung.ts';
import { CorruptState } from '../../../core/state/stored.ts';

describe('rungs', () => {
  it('are those of the decision class, else the general one', () => {
    const grants = decodeRungs({ default: 'A3', classes: { lending: 'A1', payments: 'A4' } });

    expect(['lending', 'payments', 'cards', 'toString'].map((name) => rungOf(grants, name))).toEqual([1, 4, 3, 3]);
  });

  it('allow only reading when none are granted', () => {
    expect(rungOf(NO_RUNGS, 'payments')).toBe(0);
  });

  it.each([
    { default: 'A5', classes: {} },
    { default: 3, classes: {} },
    { default: 'A3' },
    { default: 'A3', classes: { lending: 'a1' } },
    { classes: {} },
  ])('are unreadable when stored as %o', (stored) => {
    expect(() => decodeRungs(Object(stored))).toThrow(CorruptState);
  });
});
