import type { PolicySpeed } from './policy.ts';
import { POLICY_GOALS } from './policy.ts';

/** The rules' speed as Markdown: figures, goals and whether they were met. */
export function policyPart(speed: PolicySpeed): readonly string[] {
  const official = speed.decidePerSecond / speed.officialPerSecond;
  const byHand = speed.handWrittenPerSecond / speed.decidePerSecond;
  const goals = POLICY_GOALS;
  return [
    '',
    '## Rules',
    '',
    'A hundred rules that are all about the asked action, one core, the engines taking turns. The context hash of `decide` is',
    'given, as the others hash nothing; the line below it computes it. The official engine has its policies parsed beforehand',
    'and does not validate the request. Times are processor time, unless said otherwise, because the machine may do other work.',
    '',
    '| What | Figure | Goal |',
    '|---|---|---|',
    row(
      '`decide` per second',
      whole(speed.decidePerSecond),
      'at least 1,000,000',
      speed.decidePerSecond >= goals.decidePerSecond,
    ),
    row('`decide` and the context hash per second', whole(speed.decideAndHashPerSecond)),
    row(
      '`decide`, p50 of batches of 100, µs',
      speed.p50Micros.toFixed(2),
      'at most 1',
      speed.p50Micros <= goals.p50Micros,
    ),
    row('`decide`, p99 of batches of 100, µs', speed.p99Micros.toFixed(2)),
    row('official engine per second', whole(speed.officialPerSecond)),
    row('times the official engine', whole(official), 'at least 100', official >= goals.timesOfficial),
    row('hand-written predicates per second', whole(speed.handWrittenPerSecond)),
    row('time, as a multiple of hand-written', byHand.toFixed(2), 'at most 2', byHand <= goals.timesHandWritten),
    row(
      'time with 900 more rules about other types, as a multiple',
      speed.thousandRulesTimes.toFixed(2),
      'at most 1.2',
      speed.thousandRulesTimes <= goals.thousandRulesTimes,
    ),
    row(
      'first load of the deployed bundle, processor ms',
      speed.coldCompileMs.toFixed(1),
      'under 10',
      speed.coldCompileMs < goals.coldCompileMs,
    ),
    row('the same by the clock, ms', speed.coldCompileWallMs.toFixed(1)),
    row(
      `replay of ${whole(speed.replayedDecisions)} decisions, processor s`,
      speed.replaySeconds.toFixed(1),
      'under 15',
      speed.replaySeconds < goals.replaySeconds,
    ),
    row('the same by the clock, s', speed.replayWallSeconds.toFixed(1)),
  ];
}

function row(what: string, figure: string, goal = '', isMet?: boolean): string {
  const met = isMet === undefined ? '' : `: ${isMet ? 'met' : 'not met'}`;
  return `| ${what} | ${figure} | ${goal}${met} |`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
