import { parseArgs } from 'node:util';
import type { ReplayMismatch, ReplayReport } from '../../core/gate/replay.ts';
import { replayArchive } from '../../core/gate/replay.ts';
import { printable } from '../../core/ledger/printable.ts';
import { archivePlace } from '../audit/audit-target.ts';
import { openArchive } from '../audit/open-archive.ts';
import { runCommand } from '../audit/run-command.ts';
import type { CommandIo } from '../command.ts';
import { CommandError, EXIT, report } from '../command.ts';

/** How the command is called. */
export const REPLAY_USAGE = `countersign policy replay [DIR|s3://bucket[/prefix]] [--json]
  decides every recorded decision again with its own bundle and context; without a place: the sandbox that runs here`;

/**
 * `countersign policy replay`: decides every recorded decision of an archive again.
 *
 * @returns 0 when all were reproduced, 1 when any was not, 3 on bad input and when there are no decisions
 */
export function replayCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  return runCommand(io, REPLAY_USAGE, async () => {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { json: { type: 'boolean', default: false } },
    });
    const place = archivePlace(io, positionals, REPLAY_USAGE);
    const outcome = await replayArchive(openArchive(io, place));
    if (outcome.decisions === 0 && outcome.unreadableCount === 0)
      throw new CommandError(EXIT.badInput, `expected decisions in the archive at \`${place}\`, got none`);
    report(io, values.json, outcome, replayLines(outcome));
    return outcome.ok ? EXIT.ok : EXIT.failed;
  });
}

/** A replay for people: counts first, then what did not come out the same. */
export function replayLines(outcome: ReplayReport): readonly string[] {
  const { byType, bundles, unreadable, mismatches } = outcome;
  const hidden = outcome.mismatchCount - mismatches.length;
  return [
    `${outcome.ok ? 'OK' : 'FAILED'}: ${outcome.reproduced} of ${outcome.decisions} decisions reproduced`,
    ...Object.entries(byType).map(([type, count]) => `  ${type}: ${count}`),
    ...Object.entries(bundles).map(([hash, count]) => `  bundle ${hash}: ${count}`),
    ...mismatches.flatMap(mismatchLines),
    ...(hidden > 0 ? [`and ${hidden} more`] : []),
    ...unreadable.map(({ object, byteOffset, problem }) => `unreadable: ${object} offset ${byteOffset}: ${problem}`),
    ...(outcome.unreadableCount > unreadable.length
      ? [`and ${outcome.unreadableCount - unreadable.length} more unreadable`]
      : []),
  ].map(printable);
}

function mismatchLines({ type, chain, seq, actionId, differences }: ReplayMismatch): readonly string[] {
  return [
    `not reproduced: ${chain} #${seq} ${type} ${actionId}`,
    ...differences.map(
      ({ member, recorded, replayed }) =>
        `  ${member}: recorded ${JSON.stringify(recorded)}, replayed ${JSON.stringify(replayed)}`,
    ),
  ];
}
