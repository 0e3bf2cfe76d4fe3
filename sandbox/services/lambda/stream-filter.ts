import { asList, asRecord, asText, type Properties } from './template-values.ts';

/** True for the records a mapping delivers. */
export type RecordFilter = (record: unknown) => boolean;

/**
 * Reads `FilterCriteria`: any one pattern must match. Patterns may hold literal values, `prefix`, `exists` and
 * `anything-but`.
 *
 * @throws {TypeError} naming `where`, for any other operator
 */
export function readFilter(criteria: unknown, where: string): RecordFilter {
  const filters = asList(asRecord(criteria, where)['Filters'], `${where} Filters`);
  if (filters.length === 0) return () => true;
  const patterns = filters.map((filter, index) => {
    const text = asText(asRecord(filter, where)['Pattern'], `${where} Filters[${index}].Pattern`);
    const parsed: unknown = JSON.parse(text);
    const pattern = asRecord(parsed, where);
    checkPattern(pattern, where);
    return pattern;
  });
  return (record) => patterns.some((pattern) => matches(pattern, record));
}

function checkPattern(pattern: Properties, where: string): void {
  for (const value of Object.values(pattern)) {
    if (!Array.isArray(value)) checkPattern(asRecord(value, where), where);
    else for (const rule of value) checkRule(rule, where);
  }
}

function checkRule(rule: unknown, where: string): void {
  if (typeof rule !== 'object' || rule === null) return;
  const operator = Object.keys(rule)[0] ?? '';
  if (operator !== 'prefix' && operator !== 'exists' && operator !== 'anything-but') {
    throw new TypeError(`${where}: expected a filter of prefix, exists or anything-but, got \`${operator}\``);
  }
}

function matches(pattern: Properties, value: unknown): boolean {
  const members: Properties = typeof value === 'object' && value !== null ? { ...value } : {};
  return Object.entries(pattern).every(([name, rules]) => {
    const member = members[name];
    if (!Array.isArray(rules)) return matches(asRecord(rules, name), member);
    return rules.some((rule) => matchesRule(rule, member));
  });
}

function matchesRule(rule: unknown, member: unknown): boolean {
  if (typeof rule !== 'object' || rule === null) return member === rule;
  const { prefix, exists, 'anything-but': but } = asRecord(rule, 'filter');
  if (typeof prefix === 'string') return typeof member === 'string' && member.startsWith(prefix);
  if (typeof exists === 'boolean') return (member !== undefined) === exists;
  return member !== undefined && !asList(Array.isArray(but) ? but : [but], 'filter').includes(member);
}
