import { afterEach, describe, expect, it, vi } from 'vitest';
import { AwsError, type Resource } from '../../../sandbox/contract.ts';
import { parseSchedule } from '../../../sandbox/services/events/schedule-expression.ts';
import { Schedules } from '../../../sandbox/services/events/schedules.ts';
import { assemblyOf, contextOf, functionArn, resource, roleArn } from '../lambda/fixtures.ts';

const at = (text: string) => Date.parse(`${text}:00Z`);

describe('parseSchedule', () => {
  it.each([
    ['rate(1 minute)', '2026-01-05T09:00', '2026-01-05T09:01'],
    ['rate(5 minutes)', '2026-01-05T09:07', '2026-01-05T09:10'],
    ['rate(2 hours)', '2026-01-05T09:00', '2026-01-05T11:00'],
    ['cron(15 10 * * ? *)', '2026-01-05T09:00', '2026-01-05T10:15'],
    ['cron(15 10 * * ? *)', '2026-01-05T10:15', '2026-01-06T10:15'],
    ['cron(0 8 1 * ? *)', '2026-01-05T09:00', '2026-02-01T08:00'],
    ['cron(0/15 * * * ? *)', '2026-01-05T09:01', '2026-01-05T09:15'],
    ['cron(0 9 ? * 2-6 *)', '2026-01-09T10:00', '2026-01-12T09:00'],
    ['cron(0 0 29 2 ? *)', '2026-01-05T09:00', '2028-02-29T00:00'],
  ])('%s fires after %s at %s', (expression, after, expected) => {
    expect(parseSchedule(expression, at('2026-01-05T09:00'))(at(after))).toBe(at(expected));
  });

  it('never fires when its year is over', () => {
    expect(parseSchedule('cron(0 0 1 1 ? 2025)', 0)(at('2026-01-05T09:00'))).toBeUndefined();
  });

  it.each([
    'rate(0 minutes)',
    'rate(1 week)',
    'cron(0 0 * * *)',
    'cron(0 0 L * ? *)',
    'cron(61 0 * * ? *)',
    'at(2026-01-01T00:00:00)',
  ])('refuses %s', (expression) => {
    expect(() => parseSchedule(expression, 0)).toThrow(TypeError);
  });
});

const SWEEP = functionArn('sweep');
const rule = (properties: object = {}) =>
  resource(
    'AWS::Events::Rule',
    'EveryMinute',
    { ScheduleExpression: 'rate(1 minute)', Targets: [{ Id: 'T', Arn: SWEEP }], ...properties },
    { arn: 'arn:rule' },
  );

function setUp(resources: readonly Resource[]) {
  const context = contextOf(assemblyOf(resources), '/nowhere');
  const invoked: unknown[] = [];
  const asked: string[] = [];
  const refused = { all: false };
  const schedules = new Schedules(context, {
    authorizeService: (principal, source, target) => {
      asked.push(`${principal} ${source} ${target}`);
      if (refused.all) throw new AwsError('AccessDeniedException', 403, 'not authorized');
    },
    invokeLater: (target, event) => invoked.push([target, event]),
  });
  schedules.start();
  return { context, invoked, asked, refused, schedules };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('Schedules', () => {
  it('invokes a rule’s target with the scheduled event whenever its period has passed', () => {
    const { context, invoked, asked } = setUp([rule()]);
    context.clock.advance(59_000);
    expect(invoked).toEqual([]);
    context.clock.advance(1_000);
    expect(invoked).toMatchObject([
      [SWEEP, { 'detail-type': 'Scheduled Event', time: '2026-01-05T09:01:00Z', resources: ['arn:rule'] }],
    ]);
    expect(asked).toEqual([`events.amazonaws.com arn:rule ${SWEEP}`]);
    context.clock.advance(60_000);
    expect(invoked).toHaveLength(2);
  });

  it('passes constant input on', () => {
    const { context, invoked } = setUp([rule({ Targets: [{ Id: 'T', Arn: SWEEP, Input: '{"a":1}' }] })]);
    context.clock.advance(60_000);
    expect(invoked).toEqual([[SWEEP, { a: 1 }]]);
  });

  it('does nothing for a disabled rule, and nothing after it is closed', () => {
    const disabled = setUp([rule({ State: 'DISABLED' })]);
    disabled.context.clock.advance(60_000);
    expect(disabled.invoked).toEqual([]);
    const closed = setUp([rule()]);
    closed.schedules.close();
    closed.context.clock.advance(60_000);
    expect(closed.invoked).toEqual([]);
  });

  it('warns, and goes on, when the function has no permission for the rule', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { context, invoked, refused } = setUp([rule()]);
    refused.all = true;
    context.clock.advance(60_000);
    expect(invoked).toEqual([]);
    expect(warn).toHaveBeenCalledWith('schedule EveryMinute cannot invoke its target: not authorized');
    refused.all = false;
    context.clock.advance(60_000);
    expect(invoked).toHaveLength(1);
  });

  it('invokes a schedule’s target with the rights of its role', () => {
    const Target = { Arn: SWEEP, RoleArn: roleArn('scheduler'), Input: '{"b":2}' };
    const { context, invoked } = setUp([
      resource('AWS::Scheduler::Schedule', 'Daily', { ScheduleExpression: 'cron(0 10 * * ? *)', Target }),
    ]);
    context.clock.advance(3_600_000);
    expect(invoked).toEqual([[SWEEP, { b: 2 }]]);
    expect(context.asked).toEqual([`${roleArn('scheduler')} lambda:InvokeFunction ${SWEEP}`]);
  });

  it.each([
    [
      { ScheduleExpression: undefined, EventPattern: {} },
      'Test/EveryMinute: the sandbox knows rules with a schedule only',
    ],
    [{ Targets: [{ Id: 'T', Arn: 'arn:aws:sqs:x' }] }, 'expected a function as target'],
    [{ Targets: [{ Id: 'T', Arn: SWEEP, InputPath: '$' }] }, 'the sandbox knows constant input only'],
    [{ ScheduleExpression: 'rate(1 week)' }, 'Test/EveryMinute: expected rate(…) or cron(…)'],
  ])('refuses to start on %j', (properties, message) => {
    expect(() => setUp([rule(properties)])).toThrow(message);
  });
});
