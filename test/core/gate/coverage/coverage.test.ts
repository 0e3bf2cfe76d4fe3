import { describe, expect, it } from 'vitest';
import type { CaseResult, CoverageInput } from '../../../../core/gate/coverage/coverage.ts';
import { computeCoverage, coverageProblems } from '../../../../core/gate/coverage/coverage.ts';
import type { FrameworkEntry, RiskStance } from '../../../../core/gate/coverage/taxonomy.ts';

const entry = (id: string): FrameworkEntry => ({ id, title: id, references: {} });
const stance = (id: string, how: RiskStance['how']): [string, RiskStance] => [
  id,
  { id, how, mechanism: 'm', deployer: 'd' },
];
const passing = (id: string, ...exercises: string[]): CaseResult => ({
  id,
  dimension: 'policy',
  exercises,
  passed: true,
});
const failing = (id: string, ...exercises: string[]): CaseResult => ({
  ...passing(id, ...exercises),
  passed: false,
  problem: 'no',
});

function coverageOf(changes: Partial<CoverageInput>) {
  return computeCoverage({
    risks: [entry('R1'), entry('R2')],
    mitigations: [entry('M1')],
    stances: new Map([stance('R1', 'prevents'), stance('R2', 'prevents')]),
    carriers: [
      { id: 'rule', kind: 'rule', carries: ['R1', 'M1'] },
      { id: 'control', kind: 'control', carries: ['R2'] },
    ],
    cases: [passing('a', 'rule'), passing('b', 'control')],
    ...changes,
  });
}

describe('coverage', () => {
  it('is whole when every risk has a carrier and a passing case of it', () => {
    const coverage = coverageOf({});
    expect(coverage).toMatchObject({ ratio: 1, untested: [], failing: [] });
    expect(coverage.risks).toMatchObject([
      { rules: ['rule'], controls: [], passing: 1, failing: [], covered: true },
      { rules: [], controls: ['control'], passing: 1, failing: [], covered: true },
    ]);
    expect(coverageProblems(coverage, 1)).toEqual([]);
  });

  it('does not count a risk whose cases all fail', () => {
    const coverage = coverageOf({ cases: [passing('a', 'rule'), failing('b', 'control')] });
    expect(coverage.ratio).toBe(0.5);
    expect(coverageProblems(coverage, 0.4)).toEqual(['expected a passing case for R2, got none', 'case failed: b: no']);
  });

  it('does not count a risk that is the deployer’s, however many cases pass', () => {
    const stances = new Map([stance('R1', 'deployer'), stance('R2', 'restricts')]);
    expect(coverageOf({ stances }).ratio).toBe(0.5);
    expect(coverageOf({ stances }).risks[0]?.passing).toBe(1);
  });

  it('does not count a case of a rule that carries something else', () => {
    expect(coverageOf({ cases: [passing('a', 'rule'), passing('b', 'rule')] }).untested).toEqual(['R2']);
  });

  it('does not count a risk that nothing carries', () => {
    expect(coverageOf({ carriers: [] })).toMatchObject({ ratio: 0, untested: ['R1', 'R2'] });
  });

  it('counts a risk with a failing case beside a passing one, and still reports the failure', () => {
    const coverage = coverageOf({ cases: [passing('a', 'rule'), passing('b', 'control'), failing('c', 'rule')] });
    expect(coverage.ratio).toBe(1);
    expect(coverage.risks[0]?.failing).toEqual(['c']);
    expect(coverageProblems(coverage, 0.85)).toEqual(['case failed: c: no']);
  });

  it('is not enough below the threshold, and enough at it', () => {
    const stances = new Map([stance('R1', 'deployer')]);
    expect(coverageProblems(coverageOf({ stances }), 0.5)).toEqual([]);
    expect(coverageProblems(coverageOf({ stances }), 0.51)).toEqual([
      'expected coverage of at least 0.51, got `0.500`',
    ]);
  });

  it('is nothing without risks', () => {
    expect(coverageOf({ risks: [] }).ratio).toBe(0);
  });
});
