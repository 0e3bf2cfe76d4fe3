import { expect, test } from 'vitest';
import type { ConditionContext } from '../../../sandbox/contract.ts';
import { allow, decide, deny, roleArn } from './decide.ts';

interface ConditionCase {
  readonly name: string;
  readonly condition: object;
  readonly context?: ConditionContext;
  readonly met: boolean | 'unknown';
}

const keys = (...values: string[]): ConditionContext => ({ 'dynamodb:LeadingKeys': values });

const conditionCases: readonly ConditionCase[] = [
  { name: 'StringEquals fits', condition: { StringEquals: { 'a:b': ['x', 'y'] } }, context: { 'A:B': 'y' }, met: true },
  {
    name: 'StringEquals takes a wildcard literally',
    condition: { StringEquals: { 'a:b': '*' } },
    context: { 'a:b': 'x' },
    met: false,
  },
  { name: 'StringEquals has no value', condition: { StringEquals: { 'a:b': 'x' } }, met: false },
  { name: 'StringNotEquals has no value', condition: { StringNotEquals: { 'a:b': 'x' } }, met: true },
  {
    name: 'StringNotEquals has one of several',
    condition: { StringNotEquals: { 'a:b': ['x', 'y'] } },
    context: { 'a:b': 'y' },
    met: false,
  },
  { name: 'StringEqualsIfExists has no value', condition: { StringEqualsIfExists: { 'a:b': 'x' } }, met: true },
  {
    name: 'StringEqualsIfExists has another value',
    condition: { StringEqualsIfExists: { 'a:b': 'x' } },
    context: { 'a:b': 'y' },
    met: false,
  },
  {
    name: 'StringEqualsIgnoreCase fits',
    condition: { StringEqualsIgnoreCase: { 'a:b': 'X' } },
    context: { 'a:b': 'x' },
    met: true,
  },
  {
    name: 'StringLike fits',
    condition: { StringLike: { 'a:b': 'AGENT#*' } },
    context: { 'a:b': 'AGENT#1\n2' },
    met: true,
  },
  {
    name: 'StringLike has every character a pattern could misread',
    condition: { StringLike: { 'a:b': 'a-b/c.d+e(f)[g]{h}|i^j$k\\\\l*' } },
    context: { 'a:b': 'a-b/c.d+e(f)[g]{h}|i^j$k\\\\l-m' },
    met: true,
  },
  {
    name: 'StringNotLike fits',
    condition: { StringNotLike: { 'a:b': 'AGENT#*' } },
    context: { 'a:b': 'AGENT#1' },
    met: false,
  },
  {
    name: 'ArnLike stays within a part',
    condition: { ArnLike: { 'a:b': 'arn:aws:iam::*:role/x' } },
    context: { 'a:b': 'arn:aws:iam::1:role/x' },
    met: true,
  },
  {
    name: 'ArnLike would cross a part',
    condition: { ArnLike: { 'a:b': 'arn:aws:iam:*:role/x' } },
    context: { 'a:b': 'arn:aws:iam::1:role/x' },
    met: false,
  },
  {
    name: 'ArnNotEquals has the value',
    condition: { ArnNotEquals: { 'a:b': roleArn } },
    context: { 'a:b': roleArn },
    met: false,
  },
  { name: 'Null asks for absence', condition: { Null: { 'a:b': 'true' } }, met: true },
  { name: 'Null asks for presence', condition: { Null: { 'a:b': false } }, met: false },
  { name: 'Bool fits', condition: { Bool: { 'a:b': true } }, context: { 'a:b': true }, met: true },
  { name: 'NumericLessThan fits', condition: { NumericLessThan: { 'a:b': '30' } }, context: { 'a:b': 5 }, met: true },
  {
    name: 'NumericLessThan has no number',
    condition: { NumericLessThan: { 'a:b': '30' } },
    context: { 'a:b': '' },
    met: false,
  },
  {
    name: 'NumericGreaterThanEquals fits',
    condition: { NumericGreaterThanEquals: { 'a:b': 30 } },
    context: { 'a:b': 30 },
    met: true,
  },
  {
    name: 'DateLessThan compares both spellings',
    condition: { DateLessThan: { 'a:b': '2026-01-01T00:00:00Z' } },
    context: { 'a:b': '1700000000' },
    met: true,
  },
  {
    name: 'IpAddress is in the block',
    condition: { IpAddress: { 'a:b': '10.0.0.0/8' } },
    context: { 'a:b': '10.1.2.3' },
    met: true,
  },
  {
    name: 'NotIpAddress is in the block',
    condition: { NotIpAddress: { 'a:b': ['10.0.0.0/8', '::1'] } },
    context: { 'a:b': '::1' },
    met: false,
  },
  {
    name: 'ForAllValues fits every value',
    condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': 'A#*' } },
    context: keys('A#1', 'A#2'),
    met: true,
  },
  {
    name: 'ForAllValues does not fit one',
    condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': 'A#*' } },
    context: keys('A#1', 'B'),
    met: false,
  },
  {
    name: 'ForAllValues has no value',
    condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': 'A#*' } },
    met: true,
  },
  {
    name: 'ForAnyValue fits one',
    condition: { 'ForAnyValue:StringEquals': { 'dynamodb:LeadingKeys': 'B' } },
    context: keys('A#1', 'B'),
    met: true,
  },
  {
    name: 'ForAnyValue has no value',
    condition: { 'ForAnyValue:StringNotEquals': { 'dynamodb:LeadingKeys': 'B' } },
    met: false,
  },
  {
    name: 'several values meet no set prefix',
    condition: { StringEquals: { 'dynamodb:LeadingKeys': 'B' } },
    context: keys('A#1', 'B'),
    met: false,
  },
  {
    name: 'a policy variable fits',
    condition: { StringEquals: { 'a:b': `\${aws:PrincipalTag/team}` } },
    context: { 'a:b': 'x', 'aws:PrincipalTag/team': 'x' },
    met: true,
  },
  {
    name: 'a policy variable holds a wildcard',
    condition: { StringLike: { 'a:b': `\${aws:PrincipalTag/team}` } },
    context: { 'a:b': 'x', 'aws:PrincipalTag/team': '*' },
    met: false,
  },
  {
    name: 'a policy variable has no value',
    condition: { StringLike: { 'a:b': `\${aws:PrincipalTag/team}*` } },
    context: { 'a:b': 'x' },
    met: false,
  },
  {
    name: 'a policy variable has a default',
    condition: { StringEquals: { 'a:b': `\${aws:PrincipalTag/team, 'x'}` } },
    context: { 'a:b': 'x' },
    met: true,
  },
  {
    name: 'two keys and one does not fit',
    condition: { StringEquals: { 'a:b': 'x', 'a:c': 'x' } },
    context: { 'a:b': 'x', 'a:c': 'y' },
    met: false,
  },
  {
    name: 'the operator is not known',
    condition: { StringMatches: { 'a:b': 'x' } },
    context: { 'a:b': 'x' },
    met: 'unknown',
  },
];

test.each(conditionCases)('finds the condition $met when $name', ({ condition, context, met }) => {
  const allowed = decide({ name: '', expected: '', identity: [{ ...allow, Condition: condition }] }, context);
  expect(allowed).toBe(met === true ? 'allowed' : 'no-identity-allow');
});

test.each(conditionCases.filter((entry) => entry.met !== false))(
  'denies by a condition when $name',
  ({ condition, context }) => {
    const denied = decide({ name: '', expected: '', identity: [allow, { ...deny, Condition: condition }] }, context);
    expect(denied).toBe('identity-deny');
  },
);

test('denies when one of several values meets a deny without set prefix', () => {
  const condition = { StringEquals: { 'dynamodb:LeadingKeys': 'B' } };
  const entry = { name: '', expected: '', identity: [allow, { ...deny, Condition: condition }] };
  expect(decide(entry, keys('A', 'B'))).toBe('identity-deny');
});
