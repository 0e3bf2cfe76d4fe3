import { describe, expect, it } from 'vitest';
import { registryFromEnvironment } from '../../../core/authority/registry-from-environment.ts';
import { factKey } from '../../../core/gate/facts/sources.ts';

const environment = {
  account: { iban: 'A1', balance: 1810.5 },
  transactions: [
    { sender: 'me', recipient: 'B2', amount: 10 },
    { sender: 'A1', recipient: 'B2', amount: 30.25 },
    { sender: 'me', recipient: 'B2', amount: 20 },
    { sender: 'C3', recipient: 'me', amount: 99 },
  ],
  scheduled_transactions: [{ id: 6, recipient: 'B2', amount: 50 }],
};

describe('registryFromEnvironment', () => {
  it('declares balance, payees with their highest amount, and schedules', () => {
    expect(registryFromEnvironment(environment)).toEqual({
      accountId: 'A1',
      facts: [
        { kind: 'account', key: 'A1', value: { balanceMicroUsd: '1810500000' } },
        { kind: 'payee', key: factKey(['A1', 'B2']), value: { highestMicroUsd: '30250000' } },
        { kind: 'schedule', key: factKey(['A1', '6']), value: { recipient: 'B2', amountMicroUsd: '50000000' } },
      ],
    });
  });

  it('takes nobody who only paid the holder as a payee', () => {
    const { facts } = registryFromEnvironment(environment);

    expect(facts.filter(({ key }) => key === factKey(['A1', 'C3']))).toEqual([]);
  });

  it.each([
    [{}],
    [{ ...environment, account: { iban: 'A1' } }],
    [{ ...environment, account: { iban: 'A1', balance: 1.005 } }],
    [{ ...environment, transactions: [{ sender: 'me' }] }],
    [{ ...environment, scheduled_transactions: [{ id: 'x', recipient: 'B', amount: 1 }] }],
  ])('refuses %j', (broken) => {
    expect(() => registryFromEnvironment(broken)).toThrow(/expected `environment/);
  });
});
