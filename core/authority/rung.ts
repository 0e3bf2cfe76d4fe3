import type { StoredItem } from '../state/entities.ts';
import { asMap, asText, CorruptState } from '../state/stored.ts';

/** Rungs of autonomy, from what only informs to what runs in production; the index is the number that rules compare. */
export const RUNGS = ['A0', 'A1', 'A2', 'A3', 'A4'] as const;

/** One of {@link RUNGS}. */
export type Rung = (typeof RUNGS)[number];

/** The rungs an agent was granted: one for every decision class that is not named. */
export interface RungGrants {
  readonly default: Rung;
  readonly classes: { readonly [decisionClass: string]: Rung };
}

/** What an agent has whose registration grants no rungs: like empty scopes, it grants nothing but reading. */
export const NO_RUNGS: RungGrants = { default: 'A0', classes: {} };

/** The number of the rung an agent has for a decision class, 0 to 4. */
export function rungOf({ default: general, classes }: RungGrants, decisionClass: string): number {
  return RUNGS.indexOf((Object.hasOwn(classes, decisionClass) ? classes[decisionClass] : undefined) ?? general);
}

/**
 * Reads granted rungs: `{default, classes}`, each a name of {@link RUNGS}.
 *
 * @throws {CorruptState} when a member is missing or names no rung
 */
export function decodeRungs(stored: StoredItem): RungGrants {
  const classes = Object.entries(asMap(stored['classes'], 'classes'));
  return {
    default: asRung(asText(stored['default'], 'default')),
    classes: Object.fromEntries(classes.map(([name, rung]) => [name, asRung(asText(rung, name))])),
  };
}

function asRung(text: string): Rung {
  const rung = RUNGS.find((known) => known === text);
  if (rung === undefined) throw new CorruptState(`expected a rung from A0 to A4, got \`${text}\``);
  return rung;
}
