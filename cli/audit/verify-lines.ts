import { printable } from '../../core/ledger/printable.ts';
import type { VerifyFailure, VerifyReport } from '../../core/ledger/verify-report.ts';
import { CHECKS } from '../../core/ledger/verify-report.ts';

/** A report for people: the verdict, the first bad record, what was read, checked and not checked. */
export function reportLines(report: VerifyReport): readonly string[] {
  return allLines(report).map(printable);
}

function allLines(report: VerifyReport): readonly string[] {
  const [first, ...others] = report.failures;
  const read = `${report.events} events in ${report.chains.length} chains, ${report.objects} objects, ${report.bundles} bundles`;
  return [
    report.ok ? `OK: ${read}` : `FAILED: ${report.failures.length} of ${read}`,
    ...(first === undefined ? [] : ['', 'First bad record', ...failureLines(first)]),
    ...(others.length === 0 ? [] : ['', 'Also', ...others.map((failure) => `  ${oneLine(failure)}`)]),
    '',
    'Chains',
    ...report.chains.map(
      ({ chain, head, lastTime }) => `  ${chain}: ${head.nextSeq} events to ${lastTime}, head ${head.hash}`,
    ),
    '',
    'Checked',
    ...report.checksDone.map((check) => `  ${check}: ${CHECKS[check]}`),
    '',
    'Not checked',
    ...report.notChecked.map((text) => `  ${text}`),
  ];
}

function failureLines(failure: VerifyFailure): readonly string[] {
  const { check, chain, seq, object, byteOffset, expected, got, orPrevious } = failure;
  return [
    `  check     ${check}: ${CHECKS[check]}`,
    ...(chain === undefined ? [] : [`  chain     ${chain}`]),
    ...(seq === undefined ? [] : [`  seq       ${seq}`]),
    ...(object === undefined ? [] : [`  object    ${object}`]),
    ...(byteOffset === undefined ? [] : [`  offset    ${byteOffset}`]),
    `  expected  ${expected}`,
    `  got       ${got}`,
    ...(orPrevious === undefined
      ? []
      : [`  or the one before it: seq ${orPrevious.seq}, ${orPrevious.object}, offset ${orPrevious.byteOffset}`]),
  ];
}

function oneLine({ check, chain, seq, object }: VerifyFailure): string {
  return [check, chain, seq, object].filter((part) => part !== undefined).join(' ');
}
