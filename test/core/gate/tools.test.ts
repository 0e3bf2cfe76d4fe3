import { describe, expect, it } from 'vitest';
import { decodeAgentRegistration } from '../../../core/authority/registration.ts';
import { invalidParams } from '../../../core/gate/facts/params.ts';
import { decodeParamsSchema } from '../../../core/gate/facts/params-schema.ts';
import { toolsFor } from '../../../core/gate/tools.ts';
import { ALL_SCOPES, registration, testBundle } from '../../support/gate.ts';

const agent = (changes = {}) => decodeAgentRegistration(registration(changes));

describe('toolsFor', () => {
  it('lists every action type by name when an agent has every scope', () => {
    const types = toolsFor(testBundle, agent()).map((tool) => tool.type);
    expect(types).toEqual([...testBundle.catalogue.keys()].sort());
  });

  it.each([
    ['is unknown', undefined],
    ['is not active', agent({ active: false })],
    ['has no scope', agent({ scopes: [] })],
  ])('lists nothing when the agent %s', (_state, registered) => {
    expect(toolsFor(testBundle, registered)).toEqual([]);
  });

  it.each(ALL_SCOPES)('lists exactly the types of scope %s when that is the only one', (scope) => {
    const types = toolsFor(testBundle, agent({ scopes: [scope] })).map((tool) => tool.type);
    const expected = [...testBundle.catalogue].filter(([, entry]) => entry.scope === scope).map(([type]) => type);
    expect(types).toEqual(expected.sort());
  });

  it('gives schemas that say what the gate checks', () => {
    for (const tool of toolsFor(testBundle, agent())) {
      const { properties, required, ...rest } = tool.params;
      const schema = decodeParamsSchema({ ...rest, properties: properties ?? {}, required: required ?? [] }, tool.type);
      const entry = testBundle.catalogue.get(tool.type);
      expect([...schema.properties.keys()]).toEqual([...(entry?.params.properties.keys() ?? [])]);
      for (const params of [{}, { unknown: 1 }, { amount: -1 }, { recipient: 'x'.repeat(10_000) }]) {
        expect(invalidParams(schema, params)).toEqual(entry === undefined ? [] : invalidParams(entry.params, params));
      }
    }
  });

  it('says nothing of thresholds', () => {
    const listed = JSON.stringify(toolsFor(testBundle, agent()));
    for (const word of ['materiality', 'dualMicroUsd', 'limits', 'confidential']) expect(listed).not.toContain(word);
  });
});
