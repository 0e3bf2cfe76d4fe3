import { parseArgs } from 'node:util';
import type { PolicyDiff, Transitions } from '../../core/gate/diff.ts';
import { diffPolicies } from '../../core/gate/diff.ts';
import type { PromiseChanges } from '../../core/gate/proof/compare-promises.ts';
import { comparePromises } from '../../core/gate/proof/compare-promises.ts';
import { printable } from '../../core/ledger/printable.ts';
import { archivePlace } from '../audit/audit-target.ts';
import { openArchive } from '../audit/open-archive.ts';
import { runCommand } from '../audit/run-command.ts';
import type { CommandIo } from '../command.ts';
import { CommandError, EXIT, report } from '../command.ts';
import { openBundle } from './open-bundle.ts';

/** How the command is called. */
export const DIFF_USAGE = `countersign policy diff OLD NEW [--on DIR|s3://bucket[/prefix]] [--json]
  OLD and NEW are bundle files or policies directories; without --on: the archive of the sandbox that runs here`;

/**
 * `countersign policy diff`: decides recorded decisions under two bundles and tells whose verdict would change, and which
 * proved invariants the newer one drops.
 *
 * @returns 0 when the comparison was made, changes or not; 3 on bad input and when there are no decisions
 */
export function diffCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  return runCommand(io, DIFF_USAGE, async () => {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { json: { type: 'boolean', default: false }, on: { type: 'string' } },
    });
    const [older, newer, ...others] = positionals;
    if (older === undefined || newer === undefined || others.length > 0)
      throw new CommandError(EXIT.badInput, DIFF_USAGE);
    const place = archivePlace(io, values.on === undefined ? [] : [values.on], DIFF_USAGE);
    const [before, after] = [await openBundle(older), await openBundle(newer)];
    const diff = await diffPolicies(openArchive(io, place), before.compiled, after.compiled);
    if (diff.decisions === 0)
      throw new CommandError(EXIT.badInput, `expected decisions in the archive at \`${place}\`, got none`);
    const promises = comparePromises(before.document, after.document);
    const hashes = { older: before.compiled.hash, newer: after.compiled.hash };
    report(io, values.json, { ...hashes, ...diff, promises }, [...diffLines(diff), ...promiseLines(promises)]);
    return EXIT.ok;
  });
}

/** A comparison for people: counts, then each grouping, then the decisions. */
export function diffLines(diff: PolicyDiff): readonly string[] {
  const { decisions, unchanged, changedCount, notComparableCount, unreadableCount } = diff;
  return [
    `${changedCount} of ${decisions} decisions would change, ${unchanged} would not, ${notComparableCount} cannot be compared`,
    ...(unreadableCount > 0 ? [`${unreadableCount} lines could not be read as decisions`] : []),
    ...groupLines('By rule', diff.byRule),
    ...groupLines('By agent', diff.byAgent),
    ...groupLines('By action type', diff.byActionType),
    ...section(
      'Shadow rules',
      diff.shadow.map(
        ({ id, effect, decisions: count, allowed }) =>
          `${id} ${effect}: ${count} decisions, ${allowed} of them allowed`,
      ),
    ),
    ...section(
      'Changed',
      diff.changed.map(
        ({ actionId, chain, seq, from, to, added, removed }) =>
          `${chain} #${seq} ${actionId}: ${from} → ${to}${signed('+', added)}${signed('-', removed)}`,
      ),
      changedCount,
    ),
    ...section(
      'Not comparable',
      diff.notComparable.map(
        ({ actionId, chain, seq, missing }) => `${chain} #${seq} ${actionId}: lacks ${missing.join(', ')}`,
      ),
      notComparableCount,
    ),
  ].map(printable);
}

function promiseLines({ dropped, added, changed }: PromiseChanges): readonly string[] {
  return section('Proved invariants', [
    ...dropped.map((id) => `DROPPED ${id}: nothing proves it any more`),
    ...changed.map((id) => `changed ${id}`),
    ...added.map((id) => `added ${id}`),
  ]).map(printable);
}

function groupLines(title: string, groups: { readonly [group: string]: Transitions }): readonly string[] {
  return section(
    title,
    Object.entries(groups).map(
      ([group, counts]) =>
        `${group}: ${Object.entries(counts)
          .map(([transition, count]) => `${count} ${transition}`)
          .join(', ')}`,
    ),
  );
}

function section(title: string, lines: readonly string[], total = lines.length): readonly string[] {
  if (lines.length === 0) return [];
  const hidden = total - lines.length;
  return ['', title, ...lines.map((line) => `  ${line}`), ...(hidden > 0 ? [`  and ${hidden} more`] : [])];
}

function signed(sign: string, ids: readonly string[]): string {
  return ids.map((id) => ` ${sign}${id}`).join('');
}
