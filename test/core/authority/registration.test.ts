import { describe, expect, it } from 'vitest';
import {
  decodeAgentRegistration,
  decodeFactValue,
  decodeUnitRegistration,
} from '../../../core/authority/registration.ts';
import { CorruptState } from '../../../core/state/stored.ts';

const stored = {
  agentId: '111122223333:role',
  displayName: 'Payments desk',
  ownerSubject: 'sub-1',
  ownerAliases: ['owner@example.com'],
  unitId: 'retail',
  scopes: ['payments.initiate'],
  accounts: ['*'],
  caps: { sessionMicroUsd: '5000000', sessionTokens: '1000', dayMicroUsd: 7, dayTokens: 8n, sessionSeconds: 3600 },
  rungs: { default: 'A3', classes: { payments: 'A1' } },
  active: true,
};

describe('decodeAgentRegistration', () => {
  it('reads amounts from texts, numbers and big integers', () => {
    expect(decodeAgentRegistration(stored)).toEqual({
      ...stored,
      caps: { sessionMicroUsd: 5_000_000n, sessionTokens: 1000n, dayMicroUsd: 7n, dayTokens: 8n, sessionSeconds: 3600 },
    });
  });

  it.each(Object.keys(stored))('refuses an item without %s', (name) => {
    expect(() => decodeAgentRegistration({ ...stored, [name]: null })).toThrow(CorruptState);
  });

  it.each(['-1', '1.5', '', 'NaN', -1, true])('refuses a cap of `%s`', (cap) => {
    expect(() => decodeAgentRegistration({ ...stored, caps: { ...stored.caps, dayMicroUsd: cap } })).toThrow(
      CorruptState,
    );
  });

  it('refuses a scope that is no text', () => {
    expect(() => decodeAgentRegistration({ ...stored, scopes: [5] })).toThrow(CorruptState);
  });
});

describe('decodeUnitRegistration', () => {
  it('reads a unit', () => {
    expect(decodeUnitRegistration({ unitId: 'retail', monthMicroUsd: '10', monthTokens: '20' })).toEqual({
      unitId: 'retail',
      monthMicroUsd: 10n,
      monthTokens: 20n,
    });
  });

  it('refuses a unit without a budget', () => {
    expect(() => decodeUnitRegistration({ unitId: 'retail', monthMicroUsd: '10' })).toThrow(CorruptState);
  });
});

describe('decodeFactValue', () => {
  it('refuses a fact without a value', () => {
    expect(() => decodeFactValue({ kind: 'payee' })).toThrow(CorruptState);
  });
});
