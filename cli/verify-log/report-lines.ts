import type { Finding, LogReport, WentOnFrom } from '../../core/ledger/log-verify/check.ts';
import { LOG_CHECK_NAMES, LOG_CHECKS } from '../../core/ledger/log-verify/check.ts';
import { printable } from '../../core/ledger/printable.ts';

const MARKS = { passed: 'passed     ', failed: 'FAILED     ', not_checked: 'not checked' } as const;

/** A log's report for people: the verdict, what does not hold, and every check with what it does not cover. */
export function logReportLines(report: LogReport): readonly string[] {
  const { counts, checks, findings, findingCount } = report;
  const before = counts.verifiedBefore === 0 ? '' : `${counts.verifiedBefore} entries verified before, `;
  const read = `${before}${counts.entries} entries in ${counts.chains} chains, ${counts.keptCheckpoints} kept checkpoints`;
  const open = LOG_CHECK_NAMES.filter((check) => checks[check].status === 'not_checked');
  const except = open.length === 0 ? '' : `; not checked: ${open.join(', ')}`;
  const more = findingCount - findings.length;
  return [
    report.ok ? `OK: ${read}${except}` : `FAILED: ${findingCount} findings in ${read}${except}`,
    `log ${report.origin}, size ${report.size}, root ${report.root}`,
    ...(report.wentOnFrom === undefined || report.wentOnFrom.size === 0 ? [] : wentOnLines(report.wentOnFrom)),
    ...(findings.length === 0 ? [] : ['', 'Findings', ...findings.flatMap(findingLines)]),
    ...(more > 0 ? [`  and ${more} more`] : []),
    '',
    'Checks',
    ...LOG_CHECK_NAMES.flatMap((check) => [
      `  ${check.padEnd(3)} ${MARKS[checks[check].status]} ${LOG_CHECKS[check]}`,
      ...checks[check].notCovered.map((text) => `      not covered: ${text}`),
    ]),
    '',
    'No log shows events that were never submitted, whether what events say is true, or keys and witnesses that collude.',
  ].map(printable);
}

/** What an earlier verification was used for. */
function wentOnLines({ size, root, proofHashes, isReread, keptTakenOver }: WentOnFrom): readonly string[] {
  const link = `extends the ${size} leaves verified before, root ${root}: consistency proof (RFC 6962) of ${proofHashes} hashes`;
  if (isReread) return [link, '  taken over: nothing, everything was read again'];
  const kept = keptTakenOver === 0 ? '' : `, and that ${keptTakenOver} kept checkpoints have its roots`;
  return [
    link,
    `  taken over: event ids, the last event of each chain, open holds and the day’s use of each budget${kept}`,
    '  not read again: the entries and hashes of these leaves; --reread reads them',
  ];
}

function findingLines({ check, code, index, path, chain, expected, got }: Finding): readonly string[] {
  const place = [index === undefined ? '' : `entry ${index}`, path ?? '', chain ?? ''].filter((part) => part !== '');
  return [`  ${check} ${code}: ${place.join(', ')}`, `      expected  ${expected}`, `      got       ${got}`];
}
