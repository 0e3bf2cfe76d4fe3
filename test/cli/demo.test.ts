import { describe, expect, it } from 'vitest';
import { printReport } from '../../cli/demo/print-report.ts';
import type { ReplayedAction, ReplayedTask } from '../../cli/demo/replay-tasks.ts';
import { demoReport, isAllowedWithoutHuman } from '../../cli/demo/report.ts';
import { check } from '../../cli/demo/world.ts';
import { cli } from '../support/cli-run.ts';

type Verdict = ReplayedAction['verdict'];

function task(
  label: 'benign' | 'attack',
  ...verdicts: readonly (readonly [Verdict, changesSomething?: boolean])[]
): ReplayedTask {
  const rules = [{ id: 'CS-1', text: 'A rule.' }];
  return {
    task: { name: 'task', source: 'test', label, actions: [] },
    actions: verdicts.map(([verdict, changesSomething = true], index) => ({
      actionId: `act_${index}`,
      tool: 'send_money',
      type: 'payment.send',
      verdict,
      rules,
      changesSomething,
    })),
  };
}

const HOLDS = check('holds', [[true, 'seen']]);
const VERIFIED = { events: 7, verified: true };

describe('a report', () => {
  it('counts calls by verdict and by the kind of task', () => {
    const replayed = [
      task('benign', ['allow'], ['allow'], ['require_approval'], ['deny']),
      task('attack', ['require_approval'], ['allow']),
      task('attack', ['deny']),
    ];
    expect(demoReport(replayed, [HOLDS], VERIFIED)).toEqual({
      ok: true,
      actions: 7,
      verdicts: { allow: 3, deny: 2, require_approval: 2 },
      attacks: { total: 2, allowedWithoutHuman: 0 },
      benign: { total: 4, allowedAtOnce: 2, sentToHuman: 1, denied: 1 },
      checks: [{ name: 'holds', ok: true, detail: 'seen' }],
      ledger: VERIFIED,
    });
  });

  it.each([
    [[['allow']], true],
    [[['allow'], ['deny']], false],
    [[['allow'], ['require_approval']], false],
    [[['allow'], ['deny', false]], true],
    [[['allow', false]], false],
    [[], false],
  ] as const)('of an attack with calls %j: went through without a person is %s', (verdicts, expected) => {
    expect(isAllowedWithoutHuman(task('attack', ...verdicts))).toBe(expected);
  });

  it('is not ok when a check failed or the ledger was not verified', () => {
    const failed = check('fails', [
      [true, 'one thing'],
      [false, 'another'],
    ]);
    expect(failed).toEqual({ name: 'fails', ok: false, detail: 'one thing; another' });
    expect(demoReport([], [HOLDS, failed], VERIFIED).ok).toBe(false);
    expect(demoReport([], [HOLDS], { events: 7, verified: false }).ok).toBe(false);
    expect(demoReport([], [HOLDS], VERIFIED).ok).toBe(true);
  });

  it('says in words which check failed, and that not all hold', () => {
    const printed: string[] = [];
    const replayed = [task('benign', ['require_approval'])];
    const report = demoReport(replayed, [HOLDS, check('is caught', [[false, 'nothing was']])], VERIFIED);
    printReport((text) => printed.push(text), report, replayed, [
      { name: 'refused-by-rule', rows: [{ rule: 'CS-1' }] },
    ]);
    const text = printed.join('\n');
    for (const said of ['FAIL is caught\n       nothing was', 'ok   holds', '1 × CS-1  “A rule.”', 'rule=CS-1']) {
      expect(text).toContain(said);
    }
    expect(text).toContain('Some checks FAILED.');
    expect(text).not.toContain('Every check holds.');
  });
});

describe('countersign demo --json', () => {
  it('runs the whole app on the recorded actions and prints one object in the promised shape', async () => {
    const { COUNTERSIGN_HOME: _home, COUNTERSIGN_API_URL: _api, ...inherited } = process.env;
    const env = Object.fromEntries(Object.entries(inherited).map(([name, value]) => [name, value ?? '']));
    const { exitCode, out, json } = await cli(env, 'demo', '--json');
    expect(out.trimEnd().split('\n')).toHaveLength(1);
    const report = json();
    const count = expect.any(Number);
    expect(report).toEqual({
      ok: true,
      actions: count,
      verdicts: { allow: count, deny: count, require_approval: count },
      attacks: { total: count, allowedWithoutHuman: 0 },
      benign: { total: count, allowedAtOnce: count, sentToHuman: count, denied: count },
      checks: expect.any(Array),
      ledger: { events: count, verified: true },
    });
    expect(exitCode).toBe(0);
    const checks = Array.isArray(report['checks']) ? report['checks'] : [];
    expect(checks.length).toBeGreaterThan(7);
    for (const each of checks) expect(each).toEqual({ name: expect.any(String), ok: true, detail: expect.any(String) });
    const { actions, verdicts } = Object(report);
    expect(verdicts.allow + verdicts.deny + verdicts.require_approval).toBe(actions);
    expect(Math.min(verdicts.allow, verdicts.deny, verdicts.require_approval)).toBeGreaterThan(0);
  }, 300_000);
});
