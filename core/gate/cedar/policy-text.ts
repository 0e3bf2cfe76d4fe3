import { CedarInputError } from './errors.ts';
import { isObject } from './json.ts';

/** The official parser, as far as it is needed: JSON of one policy or template, or null when the text is not one. */
export interface PolicyTextParser {
  readonly policyToJson: (text: string) => unknown;
  readonly templateToJson: (text: string) => unknown;
}

/** One policy or template of a text, in the order of the text. */
export interface ParsedPolicy {
  readonly kind: 'policy' | 'template';
  readonly text: string;
  /** Cedar's JSON form with exact integers, for `compilePolicySet`. */
  readonly json: unknown;
}

// Strings and comments come first, so that a `;` or digits in them are not taken for code.
const TOKEN = /"(?:[^"\\]|\\.)*"|\/\/[^\n]*|[A-Za-z_][A-Za-z0-9_]*|[0-9]+|;/gs;
const MAX_EXACT = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * Parses the text of a policy set through the official parser, which gives JSON one policy at a time and rounds integers
 * that JavaScript numbers cannot hold: here those go through it as marked text and come out as bigints.
 *
 * @throws {CedarInputError} `malformed_policy_set` naming the first policy the parser refuses
 */
export function parsePolicyText(text: string, parser: PolicyTextParser): ParsedPolicy[] {
  const marker = unusedMarker(text);
  return splitPolicies(text).map((policyText, index) => {
    const marked = policyText.replace(TOKEN, (token) => (isInexact(token) ? `"${marker}${token}"` : token));
    const policy = parser.policyToJson(marked);
    const template = policy === null ? parser.templateToJson(marked) : null;
    if (policy === null && template === null) {
      throw new CedarInputError('malformed_policy_set', `expected policy ${index} of the text to parse`);
    }
    return {
      kind: policy === null ? 'template' : 'policy',
      text: policyText.trim(),
      json: withExactIntegers(policy ?? template, marker),
    };
  });
}

/** Splits the text of a policy set after each `;` that ends a policy. Comments stay with the policy they precede. */
export function splitPolicies(text: string): string[] {
  const policies: string[] = [];
  let start = 0;
  for (const token of text.matchAll(TOKEN)) {
    if (token[0] !== ';') continue;
    policies.push(text.slice(start, token.index + 1));
    start = token.index + 1;
  }
  const rest = text.slice(start);
  const hasCode = rest.replace(TOKEN, (token) => (token.startsWith('//') ? '' : token)).trim() !== '';
  return hasCode ? [...policies, rest] : policies;
}

function isInexact(token: string): boolean {
  return /^[0-9]/.test(token) && BigInt(token) > MAX_EXACT;
}

function unusedMarker(text: string): string {
  let marker = 'integer:';
  while (text.includes(marker)) marker = `_${marker}`;
  return marker;
}

function withExactIntegers(json: unknown, marker: string): unknown {
  if (Array.isArray(json)) return json.map((member) => withExactIntegers(member, marker));
  if (!isObject(json)) return json;
  const value = json['Value'];
  if (typeof value === 'string' && value.startsWith(marker)) return { Value: BigInt(value.slice(marker.length)) };
  const members = Object.entries(json).map(([name, member]) => [name, withExactIntegers(member, marker)] as const);
  return foldNegation(Object.fromEntries(members));
}

/** The least Long is written as the negation of a number that is not one. Folded once only: `-(-…)` may overflow. */
function foldNegation(json: Readonly<Record<string, unknown>>): unknown {
  const operand = isObject(json['neg']) ? json['neg']['arg'] : null;
  const value = isObject(operand) ? operand['Value'] : null;
  return typeof value === 'bigint' && value > 0n ? { Value: -value } : json;
}
