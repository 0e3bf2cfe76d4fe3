import { describe, expect, test } from 'vitest';
import { bindParameters, namesIn, toDuckDb } from '../../../sandbox/services/athena/trino-sql.ts';

describe('bindParameters', () => {
  test('puts literals in place of question marks outside strings, names and comments', () => {
    const sql = `SELECT '?', "a?" -- ?\n FROM t /* ? */ WHERE a = ? AND b > ?`;
    expect(bindParameters(sql, ["'it''s'", '-1.5'])).toBe(
      `SELECT '?', "a?" -- ?\n FROM t /* ? */ WHERE a = 'it''s' AND b > -1.5`,
    );
  });

  test.each([['1 OR 1=1'], ["'a' OR 'b'"], ['(SELECT 1)'], ['unquoted'], ["'a''"], ['']])(
    'refuses %s, which is no literal',
    (parameter) => {
      expect(() => bindParameters('SELECT ?', [parameter])).toThrow('expected an SQL literal');
    },
  );

  test.each([[[]], [["'a'", "'b'"]]])('refuses %j when one is expected', (parameters) => {
    expect(() => bindParameters('SELECT ?', parameters)).toThrow('Incorrect number of parameters: expected 1');
  });

  test.each(['1', "''", "DATE '2026-11-20'", 'TRUE', 'null'])('takes %s as a literal', (parameter) => {
    expect(bindParameters('SELECT ?', [parameter])).toBe(`SELECT ${parameter}`);
  });
});

describe('toDuckDb', () => {
  test('rewrites list types, nested ones too, but not inside strings', () => {
    expect(toDuckDb("SELECT CAST(a AS array(array(varchar))), 'array(varchar)';")).toBe(
      "SELECT CAST(a AS varchar[][]), 'array(varchar)'",
    );
  });

  test('rewrites date patterns but no other string', () => {
    expect(toDuckDb("SELECT date_parse(substr(t, 1, 19), '%Y-%m-%d %H:%i:%s') WHERE a LIKE '%sent'")).toBe(
      "SELECT date_parse(substr(t, 1, 19), '%Y-%m-%d %H:%M:%S') WHERE a LIKE '%sent'",
    );
  });

  test('drops comments', () => {
    expect(toDuckDb("-- title\nSELECT '--' /* x */ ")).toBe("SELECT '--'");
  });
});

describe('namesIn', () => {
  test('finds names however they are quoted and cased, but not in strings and comments', () => {
    expect(namesIn(`SELECT 'hidden' FROM "Db"."Events" e -- other\n JOIN Decisions`)).toEqual(
      new Set(['select', 'from', 'db', 'events', 'e', 'join', 'decisions']),
    );
  });
});
