import type { RequestContext } from './request-context.ts';

/**
 * Texts of policies: wildcards (`*`, `?`) and policy variables (`${aws:PrincipalTag/team, 'none'}`). A variable's
 * value is literal, whatever characters it holds. A variable without value and default makes the text match nothing.
 */

/** Matches a value for a request; made once per policy text. */
export type TextMatcher = (value: string, context: RequestContext) => boolean;

/** How a text is compared. */
export interface TextOptions {
  readonly wildcards: boolean;
  readonly ignoreCase?: boolean;
}

interface Segment {
  readonly text: string;
  readonly literal: boolean;
}

const variablePattern = /\$\{([^}]*)\}/g;
const escapes: { readonly [variable: string]: string } = { '*': '*', '?': '?', $: '$' };

function variableValue(expression: string, context: RequestContext): string | undefined {
  const [name = '', fallback] = expression.split(',', 2).map((part) => part.trim());
  const values = context.get(name.toLowerCase());
  if (values?.length === 1) {
    return values[0];
  }
  return fallback === undefined ? undefined : fallback.replace(/^'(.*)'$/, '$1');
}

function expand(text: string, context: RequestContext): readonly Segment[] | undefined {
  const segments: Segment[] = [];
  let position = 0;
  for (const match of text.matchAll(variablePattern)) {
    segments.push({ text: text.slice(position, match.index), literal: false });
    const expression = match[1] ?? '';
    const value = escapes[expression] ?? variableValue(expression, context);
    if (value === undefined) {
      return undefined;
    }
    segments.push({ text: value, literal: true });
    position = match.index + match[0].length;
  }
  segments.push({ text: text.slice(position), literal: false });
  return segments;
}

function escapeLiteral(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}

function toRegExp(segments: readonly Segment[], ignoreCase: boolean): RegExp {
  const source = segments.map(({ text, literal }) => {
    const escaped = escapeLiteral(text);
    return literal ? escaped : escaped.replaceAll(String.raw`\*`, '.*').replaceAll(String.raw`\?`, '.');
  });
  return new RegExp(`^${source.join('')}$`, ignoreCase ? 'isu' : 'su');
}

function matcherOf(segments: readonly Segment[], options: TextOptions): (value: string) => boolean {
  const { wildcards, ignoreCase = false } = options;
  const hasWildcards = wildcards && segments.some(({ text, literal }) => !literal && /[*?]/.test(text));
  if (hasWildcards) {
    if (segments.length === 1 && segments[0]?.text === '*') {
      return () => true;
    }
    const pattern = toRegExp(segments, ignoreCase);
    return (value) => pattern.test(value);
  }
  const text = segments.map((segment) => segment.text).join('');
  const wanted = ignoreCase ? text.toLowerCase() : text;
  return (value) => (ignoreCase ? value.toLowerCase() : value) === wanted;
}

/** Compiles one policy text. */
export function compileText(text: string, options: TextOptions): TextMatcher {
  if (!text.includes('${')) {
    const matches = matcherOf([{ text, literal: false }], options);
    return (value) => matches(value);
  }
  return (value, context) => {
    const segments = expand(text, context);
    return segments !== undefined && matcherOf(segments, options)(value);
  };
}

const arnParts = 6;

function splitAt(text: string, nextColon: (rest: string) => number): readonly string[] | undefined {
  const parts: string[] = [];
  let rest = text;
  while (parts.length < arnParts - 1) {
    const colon = nextColon(rest);
    if (colon < 0) {
      return undefined;
    }
    parts.push(rest.slice(0, colon));
    rest = rest.slice(colon + 1);
  }
  return [...parts, rest];
}

function splitArn(text: string): readonly string[] | undefined {
  if (!text.includes('${')) {
    return splitAt(text, (rest) => rest.indexOf(':'));
  }
  // A colon inside `${aws:PrincipalTag/x}` does not end a part.
  return splitAt(text, (rest) => rest.replaceAll(variablePattern, (name) => '_'.repeat(name.length)).indexOf(':'));
}

/** Compiles an ARN as `ArnLike` compares it: each of the six parts on its own, so that `*` never crosses a colon. */
export function compileArn(text: string): TextMatcher {
  if (text === '*') {
    return () => true;
  }
  const matchers = splitArn(text)?.map((part) => compileText(part, { wildcards: true }));
  if (matchers === undefined) {
    return () => false;
  }
  return (value, context) => {
    const parts = splitArn(value);
    return parts !== undefined && matchers.every((matches, index) => matches(parts[index] ?? '', context));
  };
}
