import { asAmount, decodeFactValue } from '../../authority/registration.ts';
import { sha256Hex } from '../../ledger/hash.ts';
import type { StoredItem } from '../../state/entities.ts';
import { asList, asText } from '../../state/stored.ts';
import type { ActionRequest } from '../action.ts';
import type { DecisionContext } from './context.ts';
import { MAX_FACT_INTEGER } from './json-reader.ts';
import { isGiven } from './signals.ts';
import type { FactKind } from './sources.ts';

/** The fact items that were read, by kind. A kind without an item is a fact the institution has not declared. */
export type FactItems = ReadonlyMap<FactKind, StoredItem>;

/** The part of the context that comes from the institution's own records. */
export type InstitutionFacts = Pick<DecisionContext, 'account' | 'payee' | 'schedule' | 'customer'>;

/**
 * What the institution knows about an action's account, payee, scheduled payment and customer.
 *
 * Values of the fact items: `account` {balanceMicroUsd} · `payee` {highestMicroUsd} · `schedule` {recipient,
 * amountMicroUsd} · `customer` {addressHashes: list of {@link addressHash}}.
 *
 * @throws {CorruptState} when an item does not have its kind's shape
 */
export function institutionFacts(items: FactItems, request: ActionRequest): InstitutionFacts {
  const account = declared(items, 'account');
  const payee = declared(items, 'payee');
  const schedule = declared(items, 'schedule');
  return {
    account: { known: account !== undefined, balanceMicroUsd: amountOf(account, 'balanceMicroUsd') },
    payee: {
      known: payee !== undefined,
      changed: isRedirected(schedule, request),
      highestMicroUsd: amountOf(payee, 'highestMicroUsd'),
    },
    schedule: { known: schedule !== undefined, microUsd: amountOf(schedule, 'amountMicroUsd') },
    customer: { addressOnFile: isAddressOnFile(declared(items, 'customer'), request) },
  };
}

/** How an address is compared: SHA-256 of it in lower case, with punctuation and runs of white space as one space. */
export function addressHash(address: string): string {
  const words = address
    .normalize('NFKC')
    .toLowerCase()
    .split(/[\s,.;]+/u);
  return sha256Hex(words.filter((word) => word !== '').join(' '));
}

/** An integer as a fact may hold it: the largest fact stands for everything beyond it. */
export function toFactInteger(amount: bigint): number {
  return Number(amount > MAX_FACT_INTEGER ? MAX_FACT_INTEGER : amount < 0n ? 0n : amount);
}

function declared(items: FactItems, kind: FactKind): StoredItem | undefined {
  const item = items.get(kind);
  return item === undefined ? undefined : decodeFactValue(item);
}

function amountOf(value: StoredItem | undefined, name: string): number {
  return value === undefined ? 0 : toFactInteger(asAmount(value[name], name));
}

function isRedirected(schedule: StoredItem | undefined, request: ActionRequest): boolean {
  const recipient = request.params['recipient'];
  if (schedule === undefined || !isGiven(recipient)) return false;
  return recipient !== asText(schedule['recipient'], 'recipient');
}

function isAddressOnFile(customer: StoredItem | undefined, request: ActionRequest): boolean {
  const address = request.params['shipping_address'];
  if (customer === undefined || typeof address !== 'string') return false;
  return asList(customer['addressHashes'], 'addressHashes').includes(addressHash(address));
}
