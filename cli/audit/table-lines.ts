import type { QueryTable } from '../../aws/athena-queries.ts';
import { printable } from '../../core/ledger/printable.ts';

const MAX_WIDTH = 60;

/** A result as aligned columns; long values are cut, which `--json` does not do. */
export function tableLines({ columns, rows }: QueryTable): readonly string[] {
  const cells = [columns, ...rows].map((row) => row.map((value) => cut(printable(value ?? '-'))));
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => row[index]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((value, index) => value.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd();
  const [header = [], ...body] = cells;
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...body.map(line), count(rows.length)];
}

/** A result's rows as objects by column. NULL is `null`. */
export function tableObjects({ columns, rows }: QueryTable): readonly { readonly [column: string]: string | null }[] {
  return rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index] ?? null])));
}

function cut(value: string): string {
  return value.length <= MAX_WIDTH ? value : `${value.slice(0, MAX_WIDTH - 1)}…`;
}

function count(rows: number): string {
  return `(${rows} ${rows === 1 ? 'row' : 'rows'})`;
}
