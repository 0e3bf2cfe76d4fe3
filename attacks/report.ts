import type { AttackResult } from './attack.ts';
import { holds } from './attack.ts';

/** All attacks and whether every one ended as it must, as `--json` prints them. */
export interface AttackReport {
  readonly ok: boolean;
  readonly attacks: readonly AttackResult[];
}

/** Adds up how attacks ended. */
export function attackReport(attacks: readonly AttackResult[]): AttackReport {
  return { ok: attacks.length > 0 && attacks.every(holds), attacks };
}

const HEADER = ['attack', 'against', 'caught by', 'caught', 'honest variant', 'with the guard off'];

/** The table for people, and below it what was not as expected. */
export function tableLines({ ok, attacks }: AttackReport): readonly string[] {
  const rows = [HEADER, ...attacks.map(rowOf)];
  const widths = HEADER.map((_name, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join(' | ')
      .trimEnd(),
  );
  const rule = widths.map((width) => '-'.repeat(width)).join('-|-');
  const problems = attacks.flatMap(({ name, problems: found }) => found.map((problem) => `${name}: ${problem}`));
  return [
    ...lines.slice(0, 1),
    rule,
    ...lines.slice(1),
    '',
    ...problems,
    `${attacks.filter(({ caught }) => caught).length} of ${attacks.length} attacks caught, ` +
      `${attacks.filter(({ honestPasses }) => !honestPasses).length} honest variants flagged.`,
    ok ? 'Every attack ended as it must.' : 'Some attacks did NOT end as they must.',
  ];
}

function rowOf({ name, mount, caughtBy, caught, honestPasses, mutation }: AttackResult): readonly string[] {
  return [
    name,
    mount,
    caughtBy.join(', '),
    caught ? 'yes' : 'NO',
    honestPasses ? 'passes' : 'FLAGGED',
    mutation === undefined ? '' : `${mutation.reaches ? 'succeeds' : 'STILL CAUGHT'} (${mutation.off})`,
  ];
}
