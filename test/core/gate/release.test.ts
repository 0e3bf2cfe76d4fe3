import { describe, expect, it } from 'vitest';
import { decodeRelease, MAX_SEQUENCE, UNRELEASED } from '../../../core/gate/release.ts';

describe('decodeRelease', () => {
  it('reads a sequence and a name', () => {
    expect(decodeRelease({ sequence: 7, name: 'seven' }, 'r')).toEqual({ sequence: 7, name: 'seven' });
  });

  it('counts a bundle without a release as older than every release', () => {
    expect(decodeRelease(undefined, 'r')).toBe(UNRELEASED);
  });

  it.each([0, -1, 1.5, MAX_SEQUENCE + 1, '2'])('refuses the sequence %s', (sequence) => {
    expect(() => decodeRelease({ sequence, name: 'n' }, 'r')).toThrow('sequence');
  });

  it('refuses a member it does not know, and a missing name', () => {
    expect(() => decodeRelease({ sequence: 1, name: 'n', date: 'd' }, 'r')).toThrow('date');
    expect(() => decodeRelease({ sequence: 1 }, 'r')).toThrow('name');
  });
});
