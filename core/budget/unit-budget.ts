import type { UnitRegistration } from '../authority/registration.ts';
import type { Condition, EntityRef, StoredItem, Write } from '../state/entities.ts';
import { asBigInt } from '../state/stored.ts';
import type { Amount } from './caps.ts';
import { NO_AMOUNT } from './caps.ts';

/** A unit's month as it was read. */
export interface UnitMonth {
  readonly caps: UnitRegistration;
  /** `yyyy-mm` the item was read for. */
  readonly month: string;
  readonly item: StoredItem | undefined;
}

/** Names a unit's month, for reading it with the agent. */
export function unitBudgetRef(unitId: string, month: string): EntityRef {
  return { entity: 'unitBudget', unitId, month };
}

/** Reserved and settled use of a unit's month. An absent item means: nothing yet. */
export function unitCommitted(item: StoredItem | undefined): Amount {
  return {
    microUsd: asBigInt(item?.['committedMicroUsd'] ?? 0, 'committedMicroUsd'),
    tokens: asBigInt(item?.['committedTokens'] ?? 0, 'committedTokens'),
  };
}

/** Amounts given back, by unit and month. One transaction may touch an item only once, so they are added up first. */
export class UnitReturns {
  readonly #amounts = new Map<string, Amount & { readonly ref: EntityRef }>();

  add(unitId: string, month: string, amount: Amount): void {
    if (amount.microUsd === 0n && amount.tokens === 0n) return;
    const before = this.of(unitId, month);
    this.#amounts.set(keyOf(unitId, month), {
      ref: unitBudgetRef(unitId, month),
      microUsd: before.microUsd + amount.microUsd,
      tokens: before.tokens + amount.tokens,
    });
  }

  of(unitId: string, month: string): Amount {
    return this.#amounts.get(keyOf(unitId, month)) ?? NO_AMOUNT;
  }

  /** Writes that give everything back, except to the unit and month that `except` writes itself. */
  writes(except?: UnitMonth): Write[] {
    const skipped = except === undefined ? undefined : keyOf(except.caps.unitId, except.month);
    return [...this.#amounts]
      .filter(([key]) => key !== skipped)
      .map(([, { ref, microUsd, tokens }]) => ({
        op: 'update',
        ref,
        add: { committedMicroUsd: -microUsd, committedTokens: -tokens },
        when: [{ if: 'present' }],
      }));
  }
}

/**
 * The write that commits `amount` to a unit's month, less what `returned` gives back in the same transaction. Its
 * conditions hold the cap by themselves, whatever other agents of the unit do meanwhile.
 *
 * @param marks attributes that must not be there yet and are set to true: alerts raised once a month
 */
export function unitCommitWrite(unit: UnitMonth, amount: Amount, returned: Amount, marks: readonly string[]): Write {
  const added = { microUsd: amount.microUsd - returned.microUsd, tokens: amount.tokens - returned.tokens };
  const when: Condition[] = [
    { if: 'absentOrAtMost', attribute: 'committedMicroUsd', value: unit.caps.monthMicroUsd - added.microUsd },
    { if: 'absentOrAtMost', attribute: 'committedTokens', value: unit.caps.monthTokens - added.tokens },
    ...marks.map((attribute): Condition => ({ if: 'attributeAbsent', attribute })),
  ];
  return {
    op: 'update',
    ref: unitBudgetRef(unit.caps.unitId, unit.month),
    ...(marks.length > 0 && { set: Object.fromEntries(marks.map((attribute) => [attribute, true])) }),
    add: { committedMicroUsd: added.microUsd, committedTokens: added.tokens },
    when,
  };
}

function keyOf(unitId: string, month: string): string {
  return `${month}/${unitId}`;
}
