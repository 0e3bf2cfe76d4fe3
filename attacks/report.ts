import { LOG_CHECK_NAMES } from '../core/ledger/log-verify/check.ts';
import type { AttackResult } from './attack.ts';
import { holds } from './attack.ts';

/** What one check of a log is worth. */
export interface CheckWorth {
  readonly check: string;
  /** Attacks that pass when this check alone is off. None means that no attack shows what the check is for. */
  readonly passWithout: readonly string[];
  /** Attacks that it answers to, as others do. */
  readonly alsoCaught: readonly string[];
}

/** All attacks and whether every one ended as it must, as `--json` prints them. */
export interface AttackReport {
  readonly ok: boolean;
  readonly attacks: readonly AttackResult[];
  /** Empty when no attack on a log was mounted. */
  readonly logChecks: readonly CheckWorth[];
}

/** Adds up how attacks ended. */
export function attackReport(attacks: readonly AttackResult[]): AttackReport {
  const logChecks = checksOf(attacks.filter(({ onlyGuards }) => onlyGuards !== undefined));
  const areAllNeeded = logChecks.every(({ passWithout }) => passWithout.length > 0);
  return { ok: attacks.length > 0 && attacks.every(holds) && areAllNeeded, attacks, logChecks };
}

function checksOf(attacks: readonly AttackResult[]): readonly CheckWorth[] {
  if (attacks.length === 0) return [];
  return LOG_CHECK_NAMES.map((check) => {
    const caught = attacks.filter(({ caughtBy }) => caughtBy.includes(check));
    const isOnlyGuard = ({ onlyGuards }: AttackResult) => onlyGuards?.includes(check) === true;
    return {
      check,
      passWithout: caught.filter(isOnlyGuard).map(({ name }) => name),
      alsoCaught: caught.filter((attack) => !isOnlyGuard(attack)).map(({ name }) => name),
    };
  });
}

const HEADER = ['attack', 'against', 'caught by', 'caught', 'honest variant', 'with the guard off'];
const CHECK_HEADER = ['check of a log', 'off alone, lets pass', 'also answers to'];

/** The table for people, and below it what was not as expected. */
export function tableLines({ ok, attacks, logChecks }: AttackReport): readonly string[] {
  const problems = attacks.flatMap(({ name, problems: found }) => found.map((problem) => `${name}: ${problem}`));
  const unneeded = logChecks.filter(({ passWithout }) => passWithout.length === 0);
  return [
    ...table([HEADER, ...attacks.map(rowOf)]),
    '',
    ...(logChecks.length === 0 ? [] : [...table([CHECK_HEADER, ...logChecks.map(checkRow)]), '']),
    ...problems,
    ...unneeded.map(({ check }) => `${check}: no attack passes when it is off`),
    `${attacks.filter(({ caught }) => caught).length} of ${attacks.length} attacks caught, ` +
      `${attacks.filter(({ honestPasses }) => !honestPasses).length} honest variants flagged.`,
    ok ? 'Every attack ended as it must.' : 'Some attacks did NOT end as they must.',
  ];
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const [header = []] = rows;
  const widths = header.map((_name, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join(' | ')
      .trimEnd(),
  );
  return [...lines.slice(0, 1), widths.map((width) => '-'.repeat(width)).join('-|-'), ...lines.slice(1)];
}

function checkRow({ check, passWithout, alsoCaught }: CheckWorth): readonly string[] {
  return [check, passWithout.join('; ') || 'NONE', alsoCaught.join('; ')];
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
