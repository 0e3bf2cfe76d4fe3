import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Explanation } from '../../core/gate/explain.ts';
import { explain } from '../../core/gate/explain.ts';
import type { JsonValue } from '../../core/json.ts';
import { isJsonObject } from '../../core/json.ts';
import { printable } from '../../core/ledger/printable.ts';
import { POLICIES_DIRECTORY } from '../../tools/build-bundle.ts';
import { runCommand } from '../audit/run-command.ts';
import type { CommandIo } from '../command.ts';
import { CommandError, EXIT, report } from '../command.ts';
import { openBundle } from './open-bundle.ts';

/** How the command is called. */
export const EXPLAIN_CONTEXT_USAGE = `countersign policy explain --context FILE [--bundle FILE|DIR] [--json]
  FILE: {"actionType":"…","context":{…}}, as the data of a decision's event is; without --bundle: this repository's policies`;

/**
 * `countersign policy explain`: decides on given facts and explains.
 *
 * @returns 0, whatever the verdict; 3 on bad input
 */
export function explainContextCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  return runCommand(io, EXPLAIN_CONTEXT_USAGE, async () => {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        json: { type: 'boolean', default: false },
        context: { type: 'string' },
        bundle: { type: 'string', default: POLICIES_DIRECTORY },
      },
    });
    if (values.context === undefined) throw new CommandError(EXIT.badInput, EXPLAIN_CONTEXT_USAGE);
    const asked = readAsked(await readFile(values.context, 'utf8'));
    if (asked === undefined)
      throw new CommandError(
        EXIT.badInput,
        `${values.context}: expected an object with \`actionType\` and \`context\``,
      );
    const explanation = explain(asked, (await openBundle(values.bundle)).compiled);
    report(io, values.json, explanation, explanationLines(explanation));
    return EXIT.ok;
  });
}

function readAsked(text: string) {
  try {
    const value: JsonValue = JSON.parse(text);
    if (!isJsonObject(value)) return undefined;
    const { actionType, context, resource = '', agentId = '' } = value;
    if (typeof actionType !== 'string' || !isJsonObject(context)) return undefined;
    return { actionType, context, resource: String(resource), agentId: String(agentId) };
  } catch {
    return undefined;
  }
}

/** An explanation for people. */
export function explanationLines(explanation: Explanation): readonly string[] {
  const { actionType, verdict, tier, fired, oneFactAway, approvals, bundleHash } = explanation;
  return [
    `${verdict}: ${actionType}, tier ${tier}, bundle ${bundleHash}`,
    '',
    'Rules that hold',
    ...fired.map(({ id, effect, text }) => `  ${id} ${effect}: “${text}”`),
    ...(fired.length === 0 ? ['  none'] : []),
    '',
    'One fact away',
    ...oneFactAway.map(({ fact, direction, verdict: then, added, removed }) => {
      const rules = [...added.map((id) => `+${id}`), ...removed.map((id) => `-${id}`)].join(' ');
      return `  ${fact} ${direction.replaceAll('_', ' ')}: ${then} ${rules}`;
    }),
    ...(oneFactAway.length === 0 ? ['  nothing'] : []),
    '',
    'With approvals',
    ...approvals.map(({ approvals: count, managers, verdict: then, rules }) => {
      const who = `${count} ${count === 1 ? 'person' : 'people'}${managers > 0 ? ' with a manager' : ''}`;
      return `  ${who}: ${then}${then === 'allow' ? '' : ` (${rules.join(', ')})`}`;
    }),
  ].map(printable);
}
