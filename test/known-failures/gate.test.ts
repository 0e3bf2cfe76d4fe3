import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileBundle } from '../../core/gate/bundle.ts';
import { decide } from '../../core/gate/decide.ts';
import { buildBundle } from '../../tools/build-bundle.ts';
import { baseContext } from '../policies/cases.ts';
import { AGENT_ID } from '../support/api-event.ts';
import { newPayeePayment } from '../support/approved-action.ts';
import { actionRequest } from '../support/gate.ts';
import { ledgerEvents } from '../support/ledger-events.ts';
import { REPOSITORY_ROOT, sourceFiles } from '../support/source-files.ts';
import { answer, givenWholeGate, submitted, waiting } from './whole-gate.ts';

const source = buildBundle(join(REPOSITORY_ROOT, 'policies'));

describe('the gate', () => {
  it('denies every action type when there is no rule at all', () => {
    const bundle = compileBundle({ ...source, policies: {}, rules: {} });
    for (const actionType of bundle.catalogue.keys()) {
      const decision = decide({ agentId: AGENT_ID, actionType, resource: 'account/A1', context: baseContext }, bundle);
      expect(decision).toMatchObject({ verdict: 'deny', rules: [bundle.builtin['default-deny']] });
    }
  });

  it('denies and records when nobody declared the unit that would pay', async () => {
    const gate = givenWholeGate();
    gate.store.items.delete([...gate.store.items.keys()].find((key) => key.startsWith('registry|UNIT')) ?? '');
    const { decision, status } = await submitted(gate, actionRequest());
    expect(status).toBe('denied');
    expect(decision.rules.map((rule) => rule.id)).toContain('CS-BUD-T0-001');
  });

  it('gives rules no fact that may be absent, since a rule that reads one is skipped', () => {
    const facts = readFileSync(join(REPOSITORY_ROOT, 'policies/schema.cedarschema'), 'utf8');
    expect(facts).toContain('approvals: { count: Long');
    expect(facts.replaceAll(/\/\/.*$/gm, '')).not.toContain('?');
  });
});

describe('framework references', () => {
  const inSource = sourceFiles('.ts', '.cedar', '.json')
    .filter(({ path }) => /^(core|lambdas|aws|policies\/(rules|builtin))/.test(path))
    .flatMap(({ path, text }) => [...text.matchAll(/\bAIR-[A-Z]+-\d+/g)].map(([id]) => ({ path, id })));

  it('are found in the sources of events and rules', () => {
    expect(new Set(inSource.map(({ path }) => path.split('/')[0]))).toEqual(new Set(['core', 'policies']));
  });

  it('are ids of the taxonomy, with their zeros, wherever they are written', () => {
    const known = new Set(source.taxonomyIds);
    expect(inSource.filter(({ id }) => !known.has(id))).toEqual([]);
  });

  it('of a refused self-approval name the bypass of an approval', async () => {
    const gate = givenWholeGate();
    const record = await waiting(gate, newPayeePayment());
    const owner = { subject: 'subject-owner', aliases: [], groups: ['approver'] };
    await answer(gate, record, owner);
    expect(ledgerEvents(gate.store).at(-1)).toMatchObject({
      type: 'approval.refused_self',
      frameworkRefs: expect.arrayContaining(['AIR-SEC-024']),
    });
  });
});
