import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { factKey } from '../../../core/gate/facts/sources.ts';
import { RegistryLoad } from '../../../lambdas/load-registry/schema.ts';

const AGENT = {
  agentId: '111122223333:countersign-agent-teller',
  displayName: 'Teller',
  ownerSubject: 'sub-olga',
  ownerAliases: ['olga@bank.example'],
  unitId: 'payments',
  scopes: [],
  accounts: [],
  caps: { sessionMicroUsd: '5', sessionTokens: '6', dayMicroUsd: '7', dayTokens: '8', sessionSeconds: 9 },
  active: true,
};
const UNIT = { unitId: 'payments', monthMicroUsd: '100', monthTokens: '200' };
const FACT = { kind: 'account', key: 'DE89', value: { balanceMicroUsd: '12' } };

function faults(input: unknown): string[] {
  const parsed = v.safeParse(RegistryLoad, input);
  return parsed.success ? [] : parsed.issues.map((issue) => v.getDotPath(issue) ?? '');
}

describe('RegistryLoad', () => {
  it('accepts agents, units and facts, and any of them missing', () => {
    expect(faults({ agents: [AGENT], units: [UNIT], facts: [FACT] })).toEqual([]);
    expect(v.parse(RegistryLoad, {})).toEqual({ agents: [], units: [], facts: [] });
  });

  it('makes a key of its parts', () => {
    const { facts } = v.parse(RegistryLoad, { facts: [{ ...FACT, kind: 'payee', key: ['DE89', 'ACME'] }] });
    expect(facts).toMatchObject([{ key: factKey(['DE89', 'ACME']) }]);
  });

  it.each([
    ['agents.0.agentId', { agents: [{ ...AGENT, agentId: 'teller' }] }],
    ['agents.0.agentId', { agents: [{ ...AGENT, agentId: '111122223333:a/b' }] }],
    ['agents.0.ownerSubject', { agents: [{ ...AGENT, ownerSubject: ' \u200b' }] }],
    ['agents.0.ownerSubject', { agents: [{ ...AGENT, ownerSubject: undefined }] }],
    ['agents.0.caps.dayMicroUsd', { agents: [{ ...AGENT, caps: { ...AGENT.caps, dayMicroUsd: '-1' } }] }],
    ['agents.0.caps.dayMicroUsd', { agents: [{ ...AGENT, caps: { ...AGENT.caps, dayMicroUsd: 1 } }] }],
    ['agents.0.caps.dayTokens', { agents: [{ ...AGENT, caps: { ...AGENT.caps, dayTokens: '1.5' } }] }],
    ['agents.0.caps.dayTokens', { agents: [{ ...AGENT, caps: { ...AGENT.caps, dayTokens: '1000000001' } }] }],
    ['agents.0.caps.sessionSeconds', { agents: [{ ...AGENT, caps: { ...AGENT.caps, sessionSeconds: 86_401 } }] }],
    ['agents.0.caps.sessionSeconds', { agents: [{ ...AGENT, caps: { ...AGENT.caps, sessionSeconds: Number.NaN } }] }],
    ['agents.0.caps.weekMicroUsd', { agents: [{ ...AGENT, caps: { ...AGENT.caps, weekMicroUsd: '1' } }] }],
    ['agents.0.active', { agents: [{ ...AGENT, active: 'yes' }] }],
    ['agents.0.scopes.0', { agents: [{ ...AGENT, scopes: [''] }] }],
    ['agents.1', { agents: [AGENT, { ...AGENT, displayName: 'Second' }] }],
    ['units.0.monthMicroUsd', { units: [{ ...UNIT, monthMicroUsd: '0x10' }] }],
    ['units.1', { units: [UNIT, UNIT] }],
    ['facts.0.kind', { facts: [{ ...FACT, kind: 'weather' }] }],
    ['facts.0.key', { facts: [{ ...FACT, key: '' }] }],
    ['facts.0.value', { facts: [{ ...FACT, value: { rate: 0.5 } }] }],
    ['facts.0.value', { facts: [{ ...FACT, value: [] }] }],
    ['facts.0.value', { facts: [{ ...FACT, value: { text: '\ud800' } }] }],
    ['facts.0.value', { facts: [{ ...FACT, value: { text: 'x'.repeat(20_000) } }] }],
    ['facts.1', { facts: [{ ...FACT, key: ['DE89'] }, FACT] }],
    ['agent', { agent: [AGENT] }],
  ])('locates the fault at %s', (path, input) => {
    expect(faults(input)).toEqual([path]);
  });

  it('locates every fault at once', () => {
    const agents = [{ ...AGENT, agentId: 'teller', active: 1 }];
    expect(faults({ agents, units: [{}] })).toEqual([
      'agents.0.agentId',
      'agents.0.active',
      'units.0.unitId',
      'units.0.monthMicroUsd',
      'units.0.monthTokens',
    ]);
  });
});
