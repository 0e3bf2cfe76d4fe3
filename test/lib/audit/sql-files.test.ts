import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hiveType, trinoType } from '../../../lib/audit/glue-types.ts';
import { readSqlFiles, readViewFiles, statementOf } from '../../../lib/audit/sql-files.ts';

function folderWith(files: { readonly [name: string]: string }): string {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-sql-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

describe('readViewFiles', () => {
  it('reads name, description, columns and statement when the file has them', () => {
    const sql =
      '-- Decisions by day\n-- columns: dt:string, refs:array<string>, n:bigint\nSELECT dt, refs, n\nFROM events;\n';
    const [view] = readViewFiles(folderWith({ 'decisions.sql': sql, 'notes.txt': 'no' }));
    expect(view).toMatchObject({
      name: 'decisions',
      description: 'Decisions by day',
      columns: [
        { name: 'dt', type: 'string' },
        { name: 'refs', type: 'array<string>' },
        { name: 'n', type: 'bigint' },
      ],
    });
    expect(view && statementOf(view)).toBe('SELECT dt, refs, n\nFROM events');
  });

  it('takes the statement alone when the file creates the view itself', () => {
    const sql = '-- columns: n:bigint\nCREATE OR REPLACE VIEW totals AS\nSELECT count(*) AS n FROM events;\n';
    const [view] = readViewFiles(folderWith({ 'totals.sql': sql }));
    expect(view && statementOf(view)).toBe('SELECT count(*) AS n FROM events');
  });

  it('names the file when columns are missing or malformed', () => {
    expect(() => readViewFiles(folderWith({ 'a.sql': 'SELECT 1' }))).toThrow(
      'expected `-- columns: name:type, …` in view `a.sql`, got no such line',
    );
    expect(() => readViewFiles(folderWith({ 'b.sql': '-- columns: n\nSELECT 1' }))).toThrow(
      'expected `name:type` in view `b.sql`, got `n`',
    );
  });
});

describe('readSqlFiles', () => {
  it('gives nothing when there is no folder', () => {
    expect(readSqlFiles('/nowhere')).toEqual([]);
  });

  it('goes by name when there are several', () => {
    expect(readSqlFiles(folderWith({ 'b.sql': '', 'a.sql': '' })).map((file) => file.name)).toEqual(['a', 'b']);
  });
});

describe('types', () => {
  it.each([
    ['string', 'varchar'],
    ['bigint', 'bigint'],
    ['int', 'integer'],
    ['array<string>', 'array(varchar)'],
    ['array<array<int>>', 'array(array(integer))'],
  ])('turn %s into %s and back when a view is written', (hive, trino) => {
    expect(trinoType(hive)).toBe(trino);
    expect(hiveType(trino)).toBe(hive);
  });

  it('drop lengths and precisions when they become Hive types', () => {
    expect(hiveType('varchar(10)')).toBe('string');
    expect(hiveType('timestamp(3) with time zone')).toBe('timestamp');
  });
});
