import { majorToMicroUsd } from '../gate/facts/amount.ts';
import { JsonReader } from '../gate/facts/json-reader.ts';
import type { FactKind } from '../gate/facts/sources.ts';
import { factKey } from '../gate/facts/sources.ts';
import type { JsonObject, JsonValue } from '../json.ts';

/** A fact as registries are written: what the institution knows about one thing. */
export interface RegistryFact {
  readonly kind: FactKind;
  /** {@link factKey} of the kind's parts. */
  readonly key: string;
  readonly value: JsonObject;
}

/** What an account holder's environment says, as facts. */
export interface EnvironmentFacts {
  readonly accountId: string;
  readonly facts: readonly RegistryFact[];
}

/** How the environment's own transactions name the account holder. */
const HOLDER = 'me';

/**
 * Turns a recorded environment (account, transactions, scheduled transactions) into registry facts: the balance, every
 * payee paid before with the highest amount, and every scheduled payment with its payee and amount.
 *
 * @throws {JsonFormatError} when the environment does not have that shape
 */
export function registryFromEnvironment(environment: JsonValue): EnvironmentFacts {
  const reader = new JsonReader(environment, 'environment');
  const account = new JsonReader(reader.object('account'), 'environment.account');
  const accountId = account.text('iban');
  const balance = readMicroUsd(account, 'balance');
  return {
    accountId,
    facts: [
      { kind: 'account', key: factKey([accountId]), value: { balanceMicroUsd: String(balance) } },
      ...payeeFacts(accountId, reader.list('transactions')),
      ...scheduleFacts(accountId, reader.list('scheduled_transactions')),
    ],
  };
}

function payeeFacts(accountId: string, transactions: readonly JsonValue[]): readonly RegistryFact[] {
  const highest = new Map<string, bigint>();
  for (const value of transactions) {
    const transaction = new JsonReader(value, 'environment.transactions');
    if (![HOLDER, accountId].includes(transaction.text('sender'))) continue;
    const recipient = transaction.text('recipient');
    const microUsd = readMicroUsd(transaction, 'amount');
    const before = highest.get(recipient) ?? 0n;
    highest.set(recipient, microUsd > before ? microUsd : before);
  }
  return [...highest].map(([recipient, microUsd]) => ({
    kind: 'payee' as const,
    key: factKey([accountId, recipient]),
    value: { highestMicroUsd: String(microUsd) },
  }));
}

function scheduleFacts(accountId: string, schedules: readonly JsonValue[]): readonly RegistryFact[] {
  return schedules.map((value) => {
    const schedule = new JsonReader(value, 'environment.scheduled_transactions');
    const id = String(schedule.number('id'));
    return {
      kind: 'schedule' as const,
      key: factKey([accountId, id]),
      value: { recipient: schedule.text('recipient'), amountMicroUsd: String(readMicroUsd(schedule, 'amount')) },
    };
  });
}

function readMicroUsd(reader: JsonReader, name: string): bigint {
  const microUsd = majorToMicroUsd(reader.number(name));
  if (microUsd === undefined) throw reader.wrong(name, 'dollars and whole cents');
  return microUsd;
}
