import type { JsonObject } from '../../json.ts';

/** A rule as it stands in its file. */
export interface RuleSource {
  readonly file: string;
  /** Where in the file the rule begins; 1-based. */
  readonly line: number;
  readonly column: number;
  readonly source: string;
  /** The rule's id, or empty when it has none. */
  readonly id: string;
  readonly annotations: { readonly [name: string]: string };
  /** The rule in Cedar's JSON form. */
  readonly policy: JsonObject;
}

/** Something to mend in the rules, and how. */
export interface Finding {
  /** Errors make the linter fail; a warning may be meant. */
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly rule: string;
  readonly message: string;
  readonly fix: string;
}

/** What a finding says, without where. */
export type FindingText = Pick<Finding, 'severity' | 'code' | 'message' | 'fix'>;

/** A finding about a rule, at the first place in it where `needle` stands, else where the rule begins. */
export function findingAt(rule: RuleSource, needle: string, text: FindingText): Finding {
  const offset = Math.max(0, needle === '' ? 0 : rule.source.indexOf(needle));
  const before = rule.source.slice(0, offset).split('\n');
  const last = before.at(-1) ?? '';
  const { file, id } = rule;
  const place = {
    line: rule.line + before.length - 1,
    column: before.length === 1 ? rule.column + last.length : last.length + 1,
  };
  return { file, ...place, rule: id === '' ? '(no id)' : id, ...text };
}
