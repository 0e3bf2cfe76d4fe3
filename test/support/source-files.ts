import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** The repository's root folder. */
export const REPOSITORY_ROOT = resolve(import.meta.dirname, '../..');

/** A source file of the repository. */
export interface SourceFile {
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Every file git tracks or would track that ends in one of `endings`. */
export function sourceFiles(...endings: readonly string[]): readonly SourceFile[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: REPOSITORY_ROOT,
    encoding: 'utf8',
  });
  return [...new Set(listed.split('\n'))]
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .flatMap((path) => readIfPresent(path));
}

/** Modules a file imports: packages by name, own files as paths relative to the root. */
export function importsOf(file: SourceFile): readonly string[] {
  const specifiers = [...file.text.matchAll(/(?<!\.)\b(?:from|import)\s*\(?\s*'([^']+)'/g)].map(
    (match) => match[1] ?? '',
  );
  return specifiers.map((specifier) =>
    specifier.startsWith('.')
      ? relative(REPOSITORY_ROOT, join(REPOSITORY_ROOT, dirname(file.path), specifier))
      : specifier,
  );
}

function readIfPresent(path: string): SourceFile[] {
  try {
    return [{ path, text: readFileSync(join(REPOSITORY_ROOT, path), 'utf8') }];
  } catch {
    return [];
  }
}
