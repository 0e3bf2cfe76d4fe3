import { parseArgs } from 'node:util';
import { explain } from '../core/gate/explain.ts';
import type { StoredDecision } from '../core/gate/replay-decisions.ts';
import { ArchivedBundles, archiveKeys, storedDecisions } from '../core/gate/replay-decisions.ts';
import type { ArchiveSource } from '../core/ledger/verify.ts';
import { archivePlace } from './audit/audit-target.ts';
import { openArchive } from './audit/open-archive.ts';
import { runCommand } from './audit/run-command.ts';
import type { CommandIo } from './command.ts';
import { CommandError, EXIT, report } from './command.ts';
import { explanationLines } from './policy/explain.ts';

/** How the command is called. */
export const EXPLAIN_USAGE = `countersign explain ACTION [DIR|s3://bucket[/prefix]] [--json]
  explains an action's latest recorded decision, by the bundle it was made with; without a place: the sandbox that runs here`;

/**
 * `countersign explain`: why an action was decided as it was, from the archive.
 *
 * @returns 0 when it was explained, 1 when its bundle is not there, 3 on bad input and when there is no such action
 */
export function explainCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  return runCommand(io, EXPLAIN_USAGE, async () => {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { json: { type: 'boolean', default: false } },
    });
    const [actionId, ...places] = positionals;
    if (actionId === undefined) throw new CommandError(EXIT.badInput, EXPLAIN_USAGE);
    const source = openArchive(io, archivePlace(io, places, EXPLAIN_USAGE));
    const keys = await archiveKeys(source);
    const stored = await latestDecision(source, keys, actionId);
    if (stored === undefined)
      throw new CommandError(EXIT.badInput, `expected a recorded decision on \`${actionId}\`, got none`);
    const bundle = await new ArchivedBundles(source, keys).load(String(stored.recorded['bundleHash']));
    if (typeof bundle === 'string')
      throw new CommandError(EXIT.failed, `expected the decision's bundle, got: ${bundle}`);
    const explanation = explain(stored, bundle);
    const { chain, seq, type } = stored;
    report(io, values.json, { actionId, chain, seq, type, ...explanation }, [
      `${actionId}: ${type}, ${chain} #${seq}`,
      ...explanationLines(explanation),
    ]);
    return EXIT.ok;
  });
}

/** An action's decisions are on one chain, so the last that is found is the latest. */
async function latestDecision(
  source: ArchiveSource,
  keys: readonly string[],
  actionId: string,
): Promise<StoredDecision | undefined> {
  let latest: StoredDecision | undefined;
  for await (const line of storedDecisions(keys, source)) {
    if (line !== undefined && 'decision' in line && line.decision.actionId === actionId) latest = line.decision;
  }
  return latest;
}
