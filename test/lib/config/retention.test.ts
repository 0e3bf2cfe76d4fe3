import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  archiveLockDays,
  citedDays,
  daysOf,
  RECORD_CLASS_NAMES,
  RECORD_CLASSES,
  retentionDays,
} from '../../../core/records/record-classes.ts';
import { periods, shortenedClasses } from '../../../lib/config/retention.ts';

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

  it('names every class once when they are listed', () => {
    expect([...RECORD_CLASS_NAMES].sort()).toEqual(Object.keys(RECORD_CLASSES).sort());
  });

  it('is never shorter than cited, whatever is configured, unless another rule is named', () => {
    const days = fc.record({ days: fc.integer({ min: 1, max: 36_500 }) });
    const years = fc.record({ years: fc.integer({ min: 1, max: 100 }) });
    const configured = fc.record(Object.fromEntries(RECORD_CLASS_NAMES.map((name) => [name, fc.oneof(days, years)])), {
      requiredKeys: [],
    });
    fc.assert(
      fc.property(configured, (config) => {
        const parsed = v.safeParse(periods, config);
        const isShort = Object.entries(config).some(
          ([name, period]) =>
            period !== undefined &&
            daysOf(period) < citedDays(RECORD_CLASS_NAMES.find((each) => each === name) ?? 'logs'),
        );
        expect(parsed.success).toBe(!isShort);
        if (parsed.success) expect(shortenedClasses(retentionDays(parsed.output))).toEqual([]);
      }),
    );
  });

  it('may be shorter than cited when the configuration names the rule that is followed', () => {
    const instead = 'Directive 2014/65/EU Art. 16(7)';
    expect(v.is(periods, { decisions: { years: 5 } })).toBe(false);
    expect(v.is(periods, { decisions: { years: 5, instead: ' ' } })).toBe(false);
    expect(v.is(periods, { decisions: { years: 5, instead } })).toBe(true);
  });
});
