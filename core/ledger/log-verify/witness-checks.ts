import { openNote } from '../log/note.ts';
import type { Findings } from './check.ts';
import type { TreeHead } from './log-head.ts';
import { readHead } from './log-head.ts';
import type { VerifyLogOptions } from './options.ts';
import { CLOCK_SKEW_SECONDS } from './options.ts';

/** C2 and C3: who cosigned the checkpoint, how long ago, and whether a witness knows of a larger tree. */
export function checkWitnesses(findings: Findings, note: string, head: TreeHead, options: VerifyLogOptions): void {
  const times = checkQuorum(findings, note, options);
  checkAge(findings, times.length > 0 ? Math.max(...times) : head.timeSeconds, options);
  checkViews(findings, head, options);
}

function checkQuorum(findings: Findings, note: string, { witnesses }: VerifyLogOptions): readonly number[] {
  if (witnesses === undefined) {
    findings.leaveOut('C2', 'no witness policy was given: a log that shows different trees to different people passes');
    return [];
  }
  findings.done('C2');
  const opened = openNote(note, witnesses.keys);
  if (!opened.ok && opened.problem.code === 'note_signature_invalid') {
    const got = 'one that does not';
    findings.add({ check: 'C2', code: opened.problem.code, expected: 'cosignatures that verify', got });
    return [];
  }
  const verified = opened.ok ? opened.value.verified : [];
  if (!witnesses.isMetBy(verified.map(({ key }) => key))) {
    const got = verified.length === 0 ? 'none' : verified.map(({ key }) => key.name).join(', ');
    findings.add({ check: 'C2', code: 'quorum_unmet', expected: 'enough witnesses by the policy', got });
  }
  return verified.flatMap(({ timeSeconds }) => (timeSeconds === undefined ? [] : [timeSeconds]));
}

function checkAge(findings: Findings, timeSeconds: number | undefined, options: VerifyLogOptions): void {
  const { nowMs, maxAgeSeconds } = options;
  if (nowMs === undefined || maxAgeSeconds === undefined) {
    findings.leaveOut('C3', 'no greatest age was given: an old checkpoint passes');
    return;
  }
  findings.done('C3');
  const expected = `a cosignature of the last ${maxAgeSeconds} seconds`;
  if (timeSeconds === undefined) {
    findings.add({ check: 'C3', code: 'time_missing', expected, got: 'none' });
    return;
  }
  const age = nowMs / 1_000 - timeSeconds;
  const got = new Date(timeSeconds * 1_000).toISOString();
  if (age > maxAgeSeconds) findings.add({ check: 'C3', code: 'stale', expected, got });
  if (age < -CLOCK_SKEW_SECONDS) findings.add({ check: 'C3', code: 'from_the_future', expected, got });
}

function checkViews(findings: Findings, head: TreeHead, options: VerifyLogOptions): void {
  const { witnessViews = [], logKeys, witnesses, askedWitnesses } = options;
  for (const { name, why } of askedWitnesses?.unanswered ?? [])
    findings.leaveOut('C3', `the tree that \`${name}\` holds: ${why}`);
  if (askedWitnesses?.isEnough === false)
    findings.unpinned('C3', 'too few witnesses showed what they hold to meet the quorum');
  if (witnessViews.length === 0) {
    if (askedWitnesses === undefined) findings.leaveOut('C3', 'no witness was asked for the largest tree it has seen');
    return;
  }
  for (const { name, note } of witnessViews) {
    const signed = openNote(note, [...logKeys, ...(witnesses?.keys ?? [])]);
    const seen = readHead(note, logKeys).head;
    // Only a signature makes a view more than what somebody on the way says.
    if (!signed.ok || seen === undefined || seen.origin !== head.origin) {
      findings.leaveOut('C3', `the tree that \`${name}\` has seen: its answer is not signed by a known key`);
      continue;
    }
    const got = `${seen.size} leaves at \`${name}\``;
    if (seen.size > head.size)
      findings.add({ check: 'C3', code: 'witness_ahead', expected: `at most ${head.size} leaves`, got });
    else if (seen.size === head.size && seen.rootHex !== head.rootHex)
      findings.add({ check: 'C3', code: 'witness_root_differs', expected: head.rootHex, got: seen.rootHex });
    findings.done('C3');
  }
}
