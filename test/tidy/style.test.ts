import { describe, expect, it } from 'vitest';
import { type SourceFile, sourceFiles } from '../support/source-files.ts';

const MAX_FILE_LINES = 300;
const MAX_HANDLER_LINES = 40;

/** What makes core impure though no import shows it. */
const IMPURE =
  /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bprocess\.|\brandomBytes\b|\brandomUUID\b|\bsetTimeout\(/;

/** Escapes from the type system: never. */
const ESCAPES = /@ts-(?:ignore|expect-error|nocheck)|:\s*any\s*[;,)=\]>|&{[]|\bas any\b|<any>/;

/** A double cast: only with the reason on the line above. */
const DOUBLE_CAST = /\bas unknown as\b/;

function escapesOf(file: SourceFile): string[] {
  const lines = file.text.split('\n');
  return lines.flatMap((line, index) => {
    const isExplained = lines[index - 1]?.trim().startsWith('//') === true;
    const isEscape = ESCAPES.test(line) || (DOUBLE_CAST.test(line) && !isExplained);
    return isEscape ? [`${file.path}:${index + 1}`] : [];
  });
}

/** Words of a kind the project never says of itself. */
const CLAIMS = /\b(?:is|are|fully|be|being) (?:compliant|certified)\b/i;

const lineCount = (text: string): number => text.trimEnd().split('\n').length;

describe('source files', () => {
  const files = sourceFiles('.ts', '.tsx', '.js', '.mjs', '.css');
  const code = files.filter((file) => file.path.endsWith('.ts') || file.path.endsWith('.tsx'));

  it('stay short when counted', () => {
    const long = files.filter((file) => lineCount(file.text) > MAX_FILE_LINES);
    expect(long.map((file) => `${file.path}: ${lineCount(file.text)} lines`)).toEqual([]);
  });

  it('keep handlers thin when counted', () => {
    const handlers = code.filter((file) => /^lambdas\/[^/]+\/handler\.ts$/.test(file.path));
    expect(handlers.length).toBeGreaterThan(0);
    const long = handlers.filter((file) => lineCount(file.text) > MAX_HANDLER_LINES);
    expect(long.map((file) => `${file.path}: ${lineCount(file.text)} lines`)).toEqual([]);
  });

  it('keep core pure when searched for clocks, randomness and environment', () => {
    const impure = code.filter((file) => file.path.startsWith('core/') && IMPURE.test(file.text));
    expect(impure.map((file) => file.path)).toEqual([]);
  });

  it('are named in kebab-case when listed', () => {
    const odd = code.filter((file) => !/^[a-z0-9./-]+$/.test(file.path));
    expect(odd.map((file) => file.path)).toEqual([]);
  });

  it('hold no escape from the type system when searched', () => {
    const checked = code.filter((file) => file.path !== 'test/tidy/style.test.ts');
    expect(checked.flatMap(escapesOf)).toEqual([]);
  });

  it('hold no skipped test and no postponed work when searched', () => {
    const postponed = /\b(?:it|test|describe)\.(?:only|skip|todo)\(|\b(?:TODO|FIXME|XXX)\b/;
    const found = code.filter((file) => file.path !== 'test/tidy/style.test.ts' && postponed.test(file.text));
    expect(found.map((file) => file.path)).toEqual([]);
  });
});

describe('documents', () => {
  it('claim no compliance when read', () => {
    const documents = sourceFiles('.md', '.ts', '.json').filter(
      (file) => !file.path.startsWith('policies/data/') && file.path !== 'test/tidy/style.test.ts',
    );
    expect(documents.filter((file) => CLAIMS.test(file.text)).map((file) => file.path)).toEqual([]);
  });
});
