import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AttackResult } from '../../attacks/attack.ts';
import { REPOSITORY_ROOT } from '../support/source-files.ts';

const LINES = readFileSync(join(REPOSITORY_ROOT, 'docs/attacks.md'), 'utf8').split('\n');

/** The rows of the tables in one section of `docs/attacks.md` whose first column has this header. */
export function documentedRows(section: string, header: string): readonly string[] {
  const start = LINES.indexOf(`## ${section}`) + 1;
  const end = LINES.findIndex((line, index) => index >= start && line.startsWith('## '));
  const rows: string[] = [];
  let current: string | undefined;
  for (const line of LINES.slice(start, end < 0 ? undefined : end)) {
    const [, first] = /^\| ([^|]*) \|/.exec(line) ?? [];
    if (first !== undefined && current === header) rows.push(line);
    // The first line of a table names its columns; anything else ends the table.
    if (!line.startsWith('|')) current = undefined;
    else current ??= first;
  }
  return rows;
}

/** A row's first columns. */
export function columns(row: string, count: number): string {
  return row.split(' | ').slice(0, count).join(' | ');
}

/** How an attack is documented, up to what catches it. */
export function documented({ name, mount, caughtBy }: AttackResult): string {
  const by = [...new Set(caughtBy)].map((each) => `\`${each}\``).join(', ');
  return `| ${name} | ${mount} | ${by}`;
}
