import type { Catalogue } from '../../core/gate/catalogue.ts';
import { actionGroups } from '../../core/gate/catalogue.ts';

/**
 * The schema rules are validated against: the written part, then one action per catalogue entry in its groups, so that
 * a rule about a group or a type that does not exist is an error and not a rule that never applies.
 */
export function completeSchema(written: string, catalogue: Catalogue): string {
  const groups = new Set([...catalogue.values()].flatMap((entry) => actionGroups(entry)));
  const groupLines = [...groups].sort().map((group) => `action ${JSON.stringify(group)};`);
  const actionLines = [...catalogue]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([type, entry]) => {
      const parents = actionGroups(entry)
        .map((group) => JSON.stringify(group))
        .join(', ');
      return `action ${JSON.stringify(type)} in [${parents}] appliesTo { principal: [Agent], resource: [Resource], context: Facts };`;
    });
  return `${[written.trimEnd(), '', ...groupLines, ...actionLines].join('\n')}\n`;
}
