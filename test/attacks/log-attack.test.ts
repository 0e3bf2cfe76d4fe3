import { beforeAll, describe, expect, it } from 'vitest';
import type { AttackResult } from '../../attacks/attack.ts';
import { runGroup } from '../../attacks/attack.ts';
import type { Presented } from '../../attacks/log/auditor.ts';
import { insider } from '../../attacks/log/auditor.ts';
import { eventAfter, smuggled } from '../../attacks/log/forged-event.ts';
import type { LogAttack } from '../../attacks/log/log-attack.ts';
import { logAttack } from '../../attacks/log/log-attack.ts';
import { LogBench } from '../../attacks/log/log-bench.ts';
import { attackReport, tableLines } from '../../attacks/report.ts';
import { LOG_CHECK_NAMES } from '../../core/ledger/log-verify/check.ts';

let bench: LogBench;
let honest: Presented;
let forged: Presented;

beforeAll(async () => {
  bench = await LogBench.open();
  honest = { files: bench.shared.files(), auditor: insider(bench.shared) };
  const world = await bench.fresh();
  const files = await smuggled(world, eventAfter(world, 'control', { id: world.writer.events[0]?.id ?? '' }));
  forged = { files, auditor: insider(world, files) };
});

async function resultOf(changes: Partial<LogAttack>): Promise<AttackResult | undefined> {
  const attack: LogAttack = { name: 'reuse', caughtBy: ['C9'], forged: () => forged, honest: () => honest, ...changes };
  return (await runGroup({ name: 'ids', attacks: [logAttack(attack)] }))[0];
}

describe('an attack on a log', () => {
  it('is caught when its check finds it, and shows that check to be its only guard', async () => {
    const result = await resultOf({});
    expect(result).toMatchObject({ caught: true, honestPasses: true, mutation: { off: 'C9', reaches: true } });
    expect(result?.onlyGuards).toEqual(['C9']);
  });

  it.each<[string, Partial<LogAttack>, string]>([
    ['nothing is forged', { forged: () => honest }, 'attack: expected ["C9"], got []'],
    ['another check is named', { caughtBy: ['C10'] }, 'attack: expected ["C10"], got ["C9"]'],
    ['one check more is named', { caughtBy: ['C9', 'C10'] }, 'attack: expected ["C9","C10"], got ["C9"]'],
    ['the honest log is none', { honest: () => forged }, 'honest variant: expected a log in order, got'],
    [
      'what was asked of the honest log is not checked',
      { honest: () => ({ ...honest, auditor: { ...honest.auditor, unpinned: new Map([['C4', 'of its own']]) } }) },
      'honest variant: expected a log in order, got',
    ],
  ])('is no success when %s', async (_when, changes, problem) => {
    const result = await resultOf(changes);
    expect(result?.problems.some((text) => text.startsWith(problem))).toBe(true);
  });

  it('fails the report when a check is the only guard against nothing', async () => {
    const result = await resultOf({});
    const report = attackReport(result === undefined ? [] : [result]);
    const untested = LOG_CHECK_NAMES.filter((check) => check !== 'C9');
    expect(report.ok).toBe(false);
    expect(report.logChecks.filter(({ passWithout }) => passWithout.length === 0).map(({ check }) => check)).toEqual(
      untested,
    );
    expect(tableLines(report)).toContain('C10: no attack passes when it is off');
  });
});
