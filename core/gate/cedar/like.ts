/** A part of a `like` pattern: literal text or the wildcard `*`. */
export type PatternPart = { readonly literal: string } | 'wildcard';

/**
 * Compiles a `like` pattern to a matcher that takes time linear in the text for each literal run: no backtracking.
 * A wildcard matches any run of characters, the empty one too.
 */
export function compilePattern(parts: readonly PatternPart[]): (text: string) => boolean {
  const runs = literalRuns(parts);
  const [prefix = '', ...rest] = runs;
  const suffix = rest.pop();
  if (suffix === undefined) return (text) => text === prefix;
  const leastLength = prefix.length + suffix.length;
  if (rest.length === 0) {
    return (text) => text.length >= leastLength && text.startsWith(prefix) && text.endsWith(suffix);
  }
  return (text) => {
    if (text.length < leastLength || !text.startsWith(prefix) || !text.endsWith(suffix)) return false;
    let position = prefix.length;
    for (const run of rest) {
      const found = text.indexOf(run, position);
      if (found < 0) return false;
      position = found + run.length;
    }
    return position <= text.length - suffix.length;
  };
}

/** The literal text before, between and after the wildcards. */
function literalRuns(parts: readonly PatternPart[]): string[] {
  const runs = [''];
  for (const part of parts) {
    if (part === 'wildcard') runs.push('');
    else runs[runs.length - 1] += part.literal;
  }
  return runs;
}
