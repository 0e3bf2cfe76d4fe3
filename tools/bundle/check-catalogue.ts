import type { Catalogue, CatalogueEntry, Effect } from '../../core/gate/catalogue.ts';
import { actionGroups } from '../../core/gate/catalogue.ts';
import { BundleBuildError } from './error.ts';
import type { ParsedRule } from './rules.ts';

const FILE = 'catalogue.json';
const TIERS: { readonly [Name in Effect]: readonly number[] } = {
  read: [0],
  'hand-off': [1],
  'reversible-write': [1],
  irreversible: [2, 3],
};

/** Refuses a catalogue that contradicts itself: a tier too low for the effect, a pointer to a parameter that is not. */
export function checkCatalogue(catalogue: Catalogue): void {
  for (const [type, entry] of catalogue) {
    const fail = (problem: string): BundleBuildError =>
      new BundleBuildError(FILE, undefined, `\`${type}\`: ${problem}`);
    if (!TIERS[entry.effect].includes(entry.tier)) throw fail(`expected a tier that fits \`${entry.effect}\``);
    if (entry.reversible === (entry.effect === 'irreversible')) throw fail('expected `reversible` to fit `effect`');
    if (entry.amount?.moves === true && !entry.traits.includes('moves-money'))
      throw fail('expected the trait `moves-money` where money moves');
    if (entry.traits.includes('moves-money') && entry.amount?.moves !== true)
      throw fail('expected an amount that moves with the trait `moves-money`');
    const stray = pointersOf(entry).find((pointer) => !entry.params.properties.has(pointer.slice(1)));
    if (stray !== undefined) throw fail(`expected \`${stray}\` to point to a parameter`);
  }
}

/** Refuses an action type that no permit reaches: it would be denied for ever without a rule that says why. */
export function checkReach(catalogue: Catalogue, rules: readonly ParsedRule[]): void {
  const permits = rules
    .filter(({ rule }) => rule.effect === 'permit' && rule.mode === undefined)
    .map(({ policy }) => JSON.stringify(policy.action));
  for (const [type, entry] of catalogue) {
    const names = [type, ...actionGroups(entry)].map((name) => JSON.stringify({ type: 'Action', id: name }));
    const isReached = permits.some((scope) => names.some((name) => scope.includes(name)));
    if (!isReached) throw new BundleBuildError(FILE, undefined, `\`${type}\`: expected a permit that reaches it`);
  }
}

function pointersOf(entry: CatalogueEntry): readonly string[] {
  const signals = entry.signals.flatMap(({ test }) => (test.kind === 'equals' ? [test.pointer] : test.pointers));
  const parts = Object.values(entry.facts).flat();
  const facts = parts.flatMap((part) => (part?.from === 'params' ? [part.pointer] : []));
  const resource = entry.resource.param === undefined ? [] : [entry.resource.param];
  return [...signals, ...facts, ...resource, ...entry.confidential, ...(entry.amount?.pointers ?? [])];
}
