import { describe, expect, it } from 'vitest';
import { frameworkIds, normaliseFrameworkId } from '../../tools/bundle/framework-ids.ts';

describe('framework ids', () => {
  it.each([
    ['AIR-OP-18', 'AIR-OP-018'],
    ['AIR-OP-018', 'AIR-OP-018'],
    [' AIR-SEC-4 ', 'AIR-SEC-004'],
    ['AIR-OP-0018', 'AIR-OP-0018'],
    ['air-op-18', 'air-op-18'],
  ])('read %j as %j', (written, id) => {
    expect(normaliseFrameworkId(written)).toBe(id);
  });

  it('are listed once when an annotation spells one twice', () => {
    expect(frameworkIds('AIR-OP-18, AIR-SEC-024,AIR-OP-018,')).toEqual(['AIR-OP-018', 'AIR-SEC-024']);
  });
});
