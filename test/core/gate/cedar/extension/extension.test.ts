import { isAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constructorText } from '../arbitrary/values.ts';
import { outcomeOf } from '../support.ts';

function officialOutcome(expression: string): string {
  const uid = { type: 'User', id: 'alice' };
  const answer = isAuthorized({
    principal: uid,
    action: { type: 'Action', id: 'view' },
    resource: uid,
    context: {},
    entities: [],
    policies: { staticPolicies: `permit(principal, action, resource) when { ${expression} };` },
  });
  if (answer.type === 'failure') return 'failure';
  return answer.response.diagnostics.errors.length > 0 ? 'error' : answer.response.decision;
}

type Constructor = keyof typeof constructorText;

const OBSERVATIONS: Readonly<Record<Constructor, readonly string[]>> = {
  decimal: ['A == B', 'A.lessThan(B)', 'A.lessThanOrEqual(B)', 'A.greaterThan(B)', 'A.greaterThanOrEqual(B)', 'A < B'],
  ip: ['A == B', 'A.isInRange(B)', 'A.isIpv4()', 'A.isIpv6()', 'A.isLoopback()', 'A.isMulticast()', '[A].contains(B)'],
  datetime: [
    'A == B',
    'A < B',
    'A >= B',
    'A.toDate() == B.toDate()',
    'A.toTime() < B.toTime()',
    'A.durationSince(B) == B.durationSince(A)',
  ],
  duration: [
    'A == B',
    'A < B',
    'A.toDays() == B.toHours()',
    'A.toMinutes() >= B.toSeconds()',
    'A.toMilliseconds() == B.toMilliseconds()',
  ],
};

const observation = fc
  .constantFrom<Constructor>('decimal', 'ip', 'datetime', 'duration')
  .chain((name) =>
    fc
      .tuple(fc.constantFrom(...OBSERVATIONS[name]), constructorText[name], constructorText[name])
      .map(([template, a, b]) => template.replaceAll(/[AB]/g, (side) => `${name}("${side === 'A' ? a : b}")`)),
  );

describe('extension values', () => {
  it('parse, compare and fail as in the official engine when their text is random', () => {
    fc.assert(
      fc.property(observation, (expression) => {
        expect(outcomeOf(expression)).toBe(officialOutcome(expression));
      }),
      { numRuns: 600 },
    );
  });

  it.each([
    ['decimal("922337203685477.5807") == decimal("922337203685477.58070")', 'error'],
    ['decimal("922337203685477.5808").lessThan(decimal("0.0"))', 'error'],
    ['decimal("-922337203685477.5808").lessThan(decimal("0.0"))', 'allow'],
    ['decimal("-0.5").lessThan(decimal("0.0"))', 'allow'],
    ['decimal("1.50") == decimal("1.5")', 'allow'],
    ['decimal("1") == decimal("1.0")', 'error'],
    ['decimal("1.") == decimal("1.0")', 'error'],
    ['decimal(".1") == decimal("0.1")', 'error'],
    ['decimal("1.0\\n") == decimal("1.0")', 'error'],
    ['decimal() == 1', 'error'],
    ['ip("127.0.0.1") == ip("127.0.0.1/32")', 'allow'],
    ['ip("10.0.0.1/24") == ip("10.0.0.0/24")', 'deny'],
    ['ip("10.0.0.1/24").isInRange(ip("10.0.0.0/24"))', 'allow'],
    ['ip("::ffff:1.2.3.4").isIpv6()', 'error'],
    ['ip("010.0.0.1").isIpv4()', 'error'],
    ['ip("10.0.0.1/08").isIpv4()', 'error'],
    ['ip("::1/128").isLoopback()', 'allow'],
    ['ip("::1/127").isLoopback()', 'deny'],
    ['ip("0.0.0.0/0").isInRange(ip("::/0"))', 'deny'],
    ['ip("ff00::2").isMulticast() && ip("224.1.2.3").isMulticast()', 'allow'],
    ['datetime("2024-02-30") == datetime("2024-03-01")', 'error'],
    ['datetime("2016-12-31T23:59:60Z") == datetime("2017-01-01")', 'error'],
    ['datetime("2024-10-15T00:00:00-2359") == datetime("2024-10-15T23:59:00Z")', 'allow'],
    ['datetime("2024-10-15T00:00:00+2400") == datetime("2024-10-14")', 'error'],
    ['datetime("0000-02-29") < datetime("0001-01-01")', 'allow'],
    ['datetime("1969-12-31T23:59:59.999Z").toTime() == duration("23h59m59s999ms")', 'allow'],
    ['datetime("1969-12-31T23:59:59.999Z").toDate() == datetime("1969-12-31")', 'allow'],
    ['datetime("1970-01-01").offset(duration("-9223372036854775808ms")).toDate() == datetime("1970-01-01")', 'error'],
    [
      'datetime("1970-01-01").offset(duration("-9223372036854775808ms")).toTime() == duration("16h47m4s192ms")',
      'allow',
    ],
    ['datetime("1970-01-02").offset(duration("9223372036854775807ms")) > datetime("1970-01-01")', 'error'],
    ['duration("9223372036854775808ms") > duration("0ms")', 'error'],
    ['duration("-1500ms").toSeconds() == -1', 'allow'],
    ['duration("-9223372036854775808ms").toDays() == -106751991167', 'allow'],
    ['duration("1m1h") == duration("61m")', 'error'],
    ['duration("-") == duration("0ms")', 'error'],
    ['duration("1h") == datetime("1970-01-01T01:00:00Z")', 'deny'],
    ['decimal("1.0") < decimal("2.0")', 'error'],
    ['duration("1h") < datetime("1970-01-01")', 'error'],
  ])('%s is %s', (expression, outcome) => {
    expect(outcomeOf(expression)).toBe(outcome);
    expect(officialOutcome(expression)).toBe(outcome);
  });
});
