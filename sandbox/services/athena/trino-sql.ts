import { AwsError } from '../../contract.ts';

// Strings, quoted names, comments, then anything else one character or word at a time.
const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|[A-Za-z_][A-Za-z0-9_]*|\s+|[\s\S]/g;
const ARRAY_TYPE = /('(?:[^']|'')*'|"(?:[^"]|"")*")|\barray\s*\(\s*(\w+(?:\[\])*)\s*\)/gi;
const DATE_PATTERN = /(\bdate_(?:parse|format)\s*\((?:[^()']|'[^']*'|\([^()]*\))*,\s*)'([^']*)'(?=\s*\))/gi;
const LITERAL = /^(?:'(?:[^']|'')*'|[+-]?\d+(?:\.\d+)?|true|false|null|(?:date|timestamp)\s+'[^']*')$/i;

/** Splits a statement so that replacements never touch strings, quoted names or comments. */
function tokens(sql: string): readonly string[] {
  return sql.match(TOKEN) ?? [];
}

/**
 * Puts execution parameters in place of `?`. As in Athena a parameter is an SQL literal: text must be quoted.
 *
 * @throws {AwsError} `InvalidRequestException` when a parameter is no literal or their number differs
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html
 */
export function bindParameters(sql: string, parameters: readonly string[]): string {
  const wrong = parameters.find((parameter) => !LITERAL.test(parameter.trim()));
  if (wrong !== undefined) throw invalid(`expected an SQL literal as execution parameter, got \`${wrong}\``);
  let used = 0;
  const bound = tokens(sql).map((token) => {
    if (token !== '?') return token;
    used += 1;
    return parameters[used - 1] ?? token;
  });
  if (used !== parameters.length)
    throw invalid(`Incorrect number of parameters: expected ${used} but found ${parameters.length}`);
  return bound.join('');
}

/** Rewrites what macros cannot: type names such as `array(varchar)`, date patterns, and the closing semicolon. */
export function toDuckDb(sql: string): string {
  let text = withoutComments(sql).trim().replace(/;$/, '');
  for (let before = ''; before !== text; ) {
    before = text;
    text = text.replace(ARRAY_TYPE, (whole, quoted, item) => (quoted === undefined ? `${item}[]` : whole));
  }
  return text.replace(DATE_PATTERN, (_, head: string, pattern: string) => `${head}'${duckDbPattern(pattern)}'`);
}

/** MySQL's pattern letters, which Trino uses, as strptime's. */
function duckDbPattern(pattern: string): string {
  return pattern.replaceAll('%i', '%M').replaceAll('%s', '%S').replaceAll('%T', '%H:%M:%S');
}

function withoutComments(sql: string): string {
  return tokens(sql)
    .filter((token) => !token.startsWith('--') && !token.startsWith('/*'))
    .join('');
}

/** Lower-cased names a statement mentions, quoted or not; strings and comments do not count. */
export function namesIn(sql: string): ReadonlySet<string> {
  const names = tokens(sql).flatMap((token) => {
    if (token.startsWith('"')) return [token.slice(1, -1).replaceAll('""', '"').toLowerCase()];
    return /^[A-Za-z_]/.test(token) ? [token.toLowerCase()] : [];
  });
  return new Set(names);
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidRequestException', 400, message, { AthenaErrorCode: 'INVALID_INPUT' });
}
