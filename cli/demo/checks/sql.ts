import type { CommandIo } from '../../command.ts';
import { queryCommand } from '../../query.ts';
import { runJson } from '../run-json.ts';
import type { Check, DemoWorld } from '../world.ts';
import { check } from '../world.ts';

const QUERIES = ['who-approved-what', 'refused-by-rule', 'self-approval-attempts'];

/** The answer to one query. */
export interface SqlAnswer {
  readonly name: string;
  readonly rows: readonly Record<string, unknown>[];
}

/** Auditors get their answers by SQL, and what they see is all there is. */
export async function checkSql(
  world: DemoWorld,
  io: CommandIo,
): Promise<{ readonly check: Check; readonly answers: readonly SqlAnswer[] }> {
  const answers: SqlAnswer[] = [];
  for (const name of QUERIES) {
    const { exitCode, output } = await runJson(queryCommand, [name], io);
    if (exitCode !== 0) throw new Error(`expected \`${name}\` to run, got ${JSON.stringify(output)}`);
    answers.push({ name, rows: Array.isArray(output['rows']) ? output['rows'] : [] });
  }
  const crossCheck = await runJson(queryCommand, ['--cross-check', '--table', world.names.ledgerTable], io);
  const selfApprovals = answers.find(({ name }) => name === 'self-approval-attempts')?.rows.length ?? 0;
  return {
    answers,
    check: check('SQL answers come from the whole ledger', [
      ...answers.map(({ name, rows }) => [rows.length > 0, `${name}: ${rows.length} rows`] as const),
      [selfApprovals > 0, 'the self-approval attempt is among them'],
      [crossCheck.exitCode === 0, `row counts agree with the ledger (${crossCheck.exitCode})`],
    ]),
  };
}
