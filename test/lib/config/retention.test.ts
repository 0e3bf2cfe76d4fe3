import { describe, expect, it } from 'vitest';
import {
  archiveLockDays,
  citedDays,
  daysOf,
  RECORD_CLASSES,
  retentionDays,
  shortenedClasses,
} from '../../../lib/config/retention.ts';

describe('retention', () => {
  it('keeps each class for its cited period when nothing is configured', () => {
    expect(retentionDays({})).toEqual({
      decisions: 2_192,
      approvals: 2_192,
      control: 1_827,
      bundles: 2_192,
      details: 0,
      logs: 183,
    });
  });

  it('rounds years up when leap days fall in them', () => {
    expect(daysOf({ years: 1 })).toBe(366);
    expect(daysOf({ years: 4 })).toBe(1_461);
    expect(daysOf({ days: 10 })).toBe(10);
  });

  it('locks objects for the longest period when record classes differ', () => {
    expect(archiveLockDays(retentionDays({ control: { years: 10 }, logs: { years: 50 } }))).toBe(3_653);
    expect(archiveLockDays(retentionDays({ decisions: { days: 1 }, approvals: { days: 1 } }))).toBe(
      citedDays('bundles'),
    );
  });

  it('names the classes when they are kept shorter than cited', () => {
    expect(shortenedClasses(retentionDays({}))).toEqual([]);
    expect(shortenedClasses(retentionDays({ decisions: { days: 30 }, logs: { days: 182 } }))).toEqual([
      'decisions',
      'logs',
    ]);
  });

  it('cites a source for every class', () => {
    for (const { source, months } of Object.values(RECORD_CLASSES)) {
      expect(source).toMatch(/^[A-Z]{2}-[A-Z0-9.-]+$|^NY-/);
      expect(months).toBeGreaterThanOrEqual(0);
    }
  });
});
