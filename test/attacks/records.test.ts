import { beforeAll, describe, expect, it } from 'vitest';
import { mountOnRecords } from '../../attacks/all-attacks.ts';
import type { AttackResult } from '../../attacks/attack.ts';
import { attackReport } from '../../attacks/report.ts';
import { LOG_CHECKS } from '../../core/ledger/log-verify/check.ts';
import { columns, documented, documentedRows } from './documentation.ts';

let results: readonly AttackResult[] = [];
let onLog: readonly AttackResult[] = [];

beforeAll(async () => {
  results = await mountOnRecords(() => undefined);
  onLog = results.filter(({ mount }) => mount === 'log');
});

describe('the attacks on records', () => {
  it('are each caught by what is named, and by nothing else', () => {
    expect(results.length).toBeGreaterThanOrEqual(87);
    expect(results.flatMap(({ problems }) => problems)).toEqual([]);
    expect(results.filter(({ caught }) => !caught)).toEqual([]);
  });

  it('have honest variants, none of which is flagged', () => {
    expect(results.filter(({ honestPasses }) => !honestPasses)).toEqual([]);
  });

  it('on the log all pass when what catches them is off', () => {
    expect(onLog.filter(({ mutation }) => mutation?.reaches !== true)).toEqual([]);
  });

  it('on the log show of every check what it alone guards against', () => {
    const { logChecks } = attackReport(onLog);
    expect(logChecks.map(({ check }) => check)).toEqual(Object.keys(LOG_CHECKS));
    expect(logChecks.filter(({ passWithout }) => passWithout.length === 0)).toEqual([]);
  });

  it('are listed in the documentation with what catches them, and nothing else is', () => {
    const listed = ['On the archive', 'On the log'].flatMap((section) => documentedRows(section, 'attack'));
    expect(listed.map((row) => columns(row, 3))).toEqual(results.map(documented));
  });

  it('are documented with what each check is worth', () => {
    const { logChecks } = attackReport(onLog);
    const texts: { readonly [check: string]: string } = LOG_CHECKS;
    expect(documentedRows('On the log', 'check')).toEqual(
      logChecks.map(
        ({ check, passWithout, alsoCaught }) =>
          `| \`${check}\` | ${texts[check]} | ${passWithout.join('; ')} | ${alsoCaught.join('; ') || '–'} |`,
      ),
    );
  });
});
