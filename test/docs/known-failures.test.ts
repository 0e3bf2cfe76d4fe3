import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY_ROOT } from '../support/source-files.ts';

const PAGE = readFileSync(join(REPOSITORY_ROOT, 'docs/known-failures.md'), 'utf8');

/** Failures this version must show that it does not have. */
const REQUIRED = [
  ...numbers('D', [1, 2], [7, 10], [13, 13], [31, 38], [40, 45], [50, 51], [56, 65], [68, 68], [70, 73]),
  ...['H-1', 'H-2', 'H-3', 'H-4', 'H-5'],
  ...numbers('A', [1, 13], [15, 23]),
];
/** Everything that has a number. */
const KNOWN = [...numbers('D', [1, 73]), ...['H-1', 'H-2', 'H-3', 'H-4', 'H-5'], ...numbers('A', [1, 24])];

interface NamedTest {
  readonly id: string;
  readonly file: string;
  readonly title: string;
}

function numbers(letter: string, ...ranges: readonly (readonly [number, number])[]): string[] {
  return ranges.flatMap(([from, to]) =>
    Array.from({ length: to - from + 1 }, (_, index) => `${letter}-${String(from + index).padStart(2, '0')}`),
  );
}

/** The rows of a part of the page that start with a number, as cells. */
function rowsOf(part: string): string[][] {
  const rows = part.split('\n').filter((line) => /^\| [A-Z]-\d/.test(line));
  return rows.map((line) => line.slice(2, -2).split(' | '));
}

const [covered = '', ...rest] = PAGE.split('\n## Not applicable yet\n');
const coveredRows = rowsOf(covered);
const laterIds = rowsOf(rest.join('')).flatMap(([ids = '']) => ids.split(', '));

const named: readonly NamedTest[] = coveredRows.flatMap(([id = '', , , tests = '']) =>
  tests.split('<br>').map((test) => {
    const [, file = '', title = ''] = /^`([^`]+)` › (.+)$/.exec(test) ?? [];
    return { id, file, title };
  }),
);

/** True when the file has a test of that title, whatever quotes it uses; titles of `describe` don't count. */
function hasTitle(text: string, title: string): boolean {
  return ["'", '"', '`'].some((quote) => {
    const literal = `${quote}${title.replaceAll(quote, `\\${quote}`)}${quote},`;
    return text
      .split(literal)
      .some((before, index, all) => index < all.length - 1 && /(?<!describe)\(\s*$/.test(before));
  });
}

describe('the page of known failures', () => {
  it('shows every failure that this version must not have', () => {
    const shown = coveredRows.map(([id]) => id);
    expect(REQUIRED.filter((id) => !shown.includes(id))).toEqual([]);
    expect(new Set(shown).size).toBe(shown.length);
  });

  it('leaves no number out: what is not shown has a reason', () => {
    const listed = [...coveredRows.map(([id]) => id), ...laterIds];
    expect([...listed].sort()).toEqual([...KNOWN].sort());
  });

  it('says of each failure what it is, what is done instead and which test shows it', () => {
    for (const row of coveredRows) {
      expect(row, row[0]).toHaveLength(4);
      expect(row.filter((cell) => cell.trim() === '')).toEqual([]);
    }
  });

  it.each(named)('$id: $file has a test "$title"', ({ file, title }) => {
    expect(file).toMatch(/^test\/.+\.test\.ts$/);
    expect(title).not.toBe('');
    expect(existsSync(join(REPOSITORY_ROOT, file))).toBe(true);
    expect(hasTitle(readFileSync(join(REPOSITORY_ROOT, file), 'utf8'), title)).toBe(true);
  });
});
