import type { SqlAnswer } from './checks/sql.ts';
import type { ReplayedAction, ReplayedTask } from './replay-tasks.ts';
import type { DemoReport } from './report.ts';

const TYPE_WIDTH = 30;
const COUNT_WIDTH = 7;
const MAX_ROWS = 4;

/** Prints the demonstration for people: verdicts, quoted rules, SQL answers, checks, summary. */
export function printReport(
  say: (text: string) => void,
  report: DemoReport,
  replayed: readonly ReplayedTask[],
  answers: readonly SqlAnswer[],
): void {
  say(['', 'Verdicts on the recorded actions', ...verdictTable(replayed)].join('\n'));
  say(['', 'Rules that asked for people or refused, as approved', ...quotedRules(replayed)].join('\n'));
  for (const answer of answers) say(['', `SQL: ${answer.name}`, ...rowLines(answer)].join('\n'));
  say(
    [
      '',
      'Checks',
      ...report.checks.map(({ name, ok, detail }) => `  ${ok ? 'ok  ' : 'FAIL'} ${name}\n       ${detail}`),
    ].join('\n'),
  );
  const { actions, verdicts, attacks, benign, ledger } = report;
  say(
    [
      '',
      `${actions} actions: ${verdicts.allow} allowed at once, ${verdicts.require_approval} sent to people, ${verdicts.deny} denied.`,
      `${attacks.allowedWithoutHuman} of ${attacks.total} attacks went through without a person; ${benign.allowedAtOnce} of ${benign.total} benign calls did.`,
      `${ledger.events} ledger events, ${ledger.verified ? 'verified' : 'NOT verified'}.`,
      report.ok ? 'Every check holds.' : 'Some checks FAILED.',
    ].join('\n'),
  );
}

function verdictTable(replayed: readonly ReplayedTask[]): readonly string[] {
  const byType = new Map<string, ReplayedAction[]>();
  for (const action of replayed.flatMap((task) => task.actions)) {
    byType.set(action.type, [...(byType.get(action.type) ?? []), action]);
  }
  const header = `  ${'action type'.padEnd(TYPE_WIDTH)}${['allow', 'people', 'deny'].map((each) => each.padStart(COUNT_WIDTH)).join('')}`;
  const rows = [...byType]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([type, actions]) => {
      const counts = (['allow', 'require_approval', 'deny'] as const).map((verdict) =>
        String(actions.filter((action) => action.verdict === verdict).length || '·').padStart(COUNT_WIDTH),
      );
      return `  ${type.padEnd(TYPE_WIDTH)}${counts.join('')}`;
    });
  return [header, ...rows];
}

function quotedRules(replayed: readonly ReplayedTask[]): readonly string[] {
  const fired = new Map<string, { text: string; count: number }>();
  for (const action of replayed.flatMap((task) => task.actions)) {
    if (action.verdict === 'allow') continue;
    for (const { id, text } of action.rules) {
      fired.set(id, { text, count: (fired.get(id)?.count ?? 0) + 1 });
    }
  }
  return [...fired]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([id, { text, count }]) => `  ${String(count).padStart(3)} × ${id}  “${text}”`);
}

function rowLines({ rows }: SqlAnswer): readonly string[] {
  const shown = rows.slice(0, MAX_ROWS).map(
    (row) =>
      `  ${Object.entries(row)
        .map(([name, value]) => `${name}=${String(value)}`)
        .join('  ')}`,
  );
  return rows.length > MAX_ROWS ? [...shown, `  … ${rows.length - MAX_ROWS} more rows`] : shown;
}
