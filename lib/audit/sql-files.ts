import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ColumnSpec, hiveType } from './glue-types.ts';

/** A statement from a `.sql` file. */
export interface SqlFile {
  /** The file's name without its ending. */
  readonly name: string;
  /** Its first comment that is not a column list; empty when it has none. */
  readonly description: string;
  readonly sql: string;
}

/** A view: a statement and its columns. */
export interface ViewFile extends SqlFile {
  readonly columns: readonly ColumnSpec[];
}

const COLUMNS_PREFIX = /^--\s*columns:\s*/;

/** Statements of a folder in order of name; none when it does not exist. */
export function readSqlFiles(folder: string): readonly SqlFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => parse(file, readFileSync(join(folder, file), 'utf8')));
}

/**
 * Views of a folder, in order of name.
 *
 * @throws {Error} when a file does not begin its columns with `-- columns: name:type, …`
 */
export function readViewFiles(folder: string): readonly ViewFile[] {
  return readSqlFiles(folder).map((file) => ({ ...file, columns: columnsOf(file) }));
}

function parse(file: string, text: string): SqlFile {
  const comments = text.split('\n').filter((line) => line.startsWith('--') && !COLUMNS_PREFIX.test(line));
  return {
    name: file.replace(/\.sql$/, ''),
    description: (comments[0] ?? '').replace(/^--\s*/, ''),
    sql: text,
  };
}

function columnsOf(file: SqlFile): readonly ColumnSpec[] {
  const line = file.sql.split('\n').find((each) => COLUMNS_PREFIX.test(each));
  if (line === undefined) {
    throw new Error(`expected \`-- columns: name:type, …\` in view \`${file.name}.sql\`, got no such line`);
  }
  return splitColumns(line.replace(COLUMNS_PREFIX, '')).map((column) => {
    const [name, type] = column.split(/:(.*)/s).map((part) => part.trim());
    if (name === undefined || name === '' || type === undefined || type === '') {
      throw new Error(`expected \`name:type\` in view \`${file.name}.sql\`, got \`${column}\``);
    }
    return { name, type: hiveType(type) };
  });
}

/** Splits at commas outside brackets, as in `a:string, b:map<string,string>`. */
function splitColumns(list: string): readonly string[] {
  return list
    .split(/,(?![^<(]*[>)])/)
    .map((column) => column.trim())
    .filter((column) => column !== '');
}

/** The statement alone: what Athena stores in a view. */
export function statementOf(file: SqlFile): string {
  const lines = file.sql.split('\n').filter((line) => !line.trimStart().startsWith('--'));
  return lines
    .join('\n')
    .trim()
    .replace(/;$/, '')
    .replace(/^create\s+(or\s+replace\s+)?view\s+\S+\s+as\s+/i, '');
}
