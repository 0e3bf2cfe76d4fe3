import { policyToJson } from '@cedar-policy/cedar-wasm/nodejs';
import { describe, expect, it } from 'vitest';
import type { CompiledBundle, PolicyBundle } from '../../core/gate/bundle.ts';
import { compileBundle } from '../../core/gate/bundle.ts';
import { bundleProof } from '../../core/gate/proof/bundle-proof.ts';
import { proveBundle } from '../../core/gate/proof/prove.ts';
import type { JsonObject } from '../../core/json.ts';
import { assembleBundle, buildBundle, POLICIES_DIRECTORY } from '../../tools/build-bundle.ts';
import { readInvariants } from '../../tools/bundle/invariants.ts';
import { without, withPolicy } from './mutants.ts';

const source = assembleBundle(POLICIES_DIRECTORY);
const invariants = readInvariants(POLICIES_DIRECTORY);

/** What is found wrong with a bundle, by invariant. */
function witnessesOf(bundle: CompiledBundle) {
  const { results } = proveBundle(bundle, invariants);
  const broken = results.filter(({ witnesses }) => witnesses.length > 0);
  return new Map(broken.map(({ invariant, witnesses }) => [invariant.id, witnesses]));
}

function parsed(text: string): JsonObject {
  const answer = policyToJson(text);
  if (answer.type === 'failure') throw new Error(`expected a policy, got \`${text}\``);
  return JSON.parse(JSON.stringify(answer.json));
}

/** The bundle with a rule more. */
function adding(bundle: PolicyBundle, id: string, text: string, requires?: string): PolicyBundle {
  const policy = parsed(text);
  const rule = {
    id,
    text: 'A rule for a test.',
    frameworkRefs: ['AIR-SEC-024'],
    tier: 0,
    effect: policy['effect'] === 'permit' ? ('permit' as const) : ('forbid' as const),
    ...(requires !== undefined && { requires }),
  };
  return { ...bundle, policies: { ...bundle.policies, [id]: policy }, rules: { ...bundle.rules, [id]: rule } };
}

const open = adding(source, 'CS-OPEN-T0-001', 'permit (principal, action, resource);');
const BROKEN: readonly (readonly [string, string, PolicyBundle])[] = [
  ['INV-TWO-PEOPLE', 'account.close-credit-card', without(source, 'CS-CLOSE-T3-001')],
  ['INV-MATERIALITY', 'dispute.file-debit', without(source, 'CS-DSP-T2-002')],
  ['INV-DUAL-CONTROL', 'payment.send', without(source, 'CS-SUM-T1-003', 'CS-SUM-T1-004')],
  ['INV-SESSION-SUM', 'payment.send', without(source, 'CS-SUM-T1-001')],
  ['INV-DAY-SUM', 'payment.send', without(source, 'CS-SUM-T1-002')],
  ['INV-HALTED', 'account.list', without(source, 'CS-STOP-T0-001')],
  ['INV-VETO', 'profile.update', without(source, 'CS-STOP-T1-002')],
  ['INV-RISK-HALT', 'profile.update', without(source, 'CS-STOP-T1-003')],
  ['INV-REGISTERED', 'account.list', without(open, 'CS-AUTH-T0-001')],
  ['INV-GRANTED', 'account.list', without(open, 'CS-AUTH-T0-003')],
  ['INV-BUDGET', 'account.list', without(source, 'CS-BUD-T0-007')],
  ['INV-REQUEST', 'account.list', without(source, 'CS-REQ-T0-001')],
  ['INV-SESSION', 'account.list', without(source, 'CS-SES-T0-002')],
  ['INV-MARKED', 'credential.reset-pin', without(source, 'CS-MARK-T2-001')],
];

it('finds nothing wrong with the rules as they are', () => {
  expect(witnessesOf(compileBundle(source))).toEqual(new Map());
});

it('has the invariants that every bundle must keep', () => {
  expect(invariants.map(({ id }) => id)).toEqual(expect.arrayContaining(BROKEN.map(([id]) => id)));
  expect(new Set(invariants.map(({ checker }) => checker)).size).toBe(5);
});

describe('a witness', () => {
  it.each(BROKEN)('shows that %s fails for %s, allowed by the gate itself', (id, actionType, bundle) => {
    const witness = witnessesOf(compileBundle(bundle))
      .get(id)
      ?.find((one) => one.actionType === actionType);

    expect(witness).toMatchObject({ invariant: id, verdict: 'allow' });
    expect(witness?.rules).toEqual([expect.stringMatching(/^CS-(OK|OPEN)-/)]);
  });

  it('names the facts that matter and leaves out the others', () => {
    const [witness] = witnessesOf(compileBundle(without(source, 'CS-STOP-T0-001'))).get('INV-HALTED') ?? [];

    expect(witness?.facts).toMatchObject({ 'agent.halted': true, 'agent.registered': true });
    expect(Object.keys(witness?.facts ?? {})).not.toContain('customer.addressOnFile');
  });

  it('shows a rule that more approvals bring up', () => {
    const text = 'forbid (principal, action, resource) when { context.approvals.count >= 3 };';
    const bundle = compileBundle(adding(source, 'CS-ODD-T0-001', text));

    const [witness] = witnessesOf(bundle).get('INV-MORE-APPROVALS') ?? [];

    expect(witness?.rules).toEqual(['CS-ODD-T0-001']);
    expect(witness?.facts).toMatchObject({ 'later.approvals.count': 3 });
    expect(witness?.facts['approvals.count']).toBeLessThan(3);
  });

  it('shows a permit that more approvals take away', () => {
    const text = 'permit (principal, action, resource) when { context.approvals.managers < 1 };';
    const bundle = compileBundle(adding(source, 'CS-ODD-T0-001', text));

    expect(witnessesOf(bundle).get('INV-MORE-APPROVALS')?.[0]?.rules).toEqual(['CS-ODD-T0-001']);
  });

  it('shows an obligation that is not met by what it asks for', () => {
    const asksTwo = parsed(
      'forbid (principal, action == Action::"payment.send", resource) unless { context.approvals.count >= 2 };',
    );
    const bundle = compileBundle(withPolicy(source, 'CS-PAY-T2-001', () => asksTwo));

    const [witness] = witnessesOf(bundle).get('INV-APPROVALS-SUFFICE') ?? [];

    expect(witness?.rules).toEqual(['CS-PAY-T2-001']);
    expect(witness?.facts).toMatchObject({ 'approvals.count': 1 });
  });

  it('shows an engine that answers otherwise than the model of the rules', () => {
    const bundle = compileBundle(source);
    const deaf: CompiledBundle = {
      ...bundle,
      rulesOf: (type) => {
        const rules = bundle.rulesOf(type);
        return rules && { ...rules, matcher: { ...rules.matcher, match: () => 0 } };
      },
    };

    expect(witnessesOf(deaf).get('INV-TOTAL')?.[0]?.problem).toMatch(/the engine and the model of the rule differ/);
  });

  it('shows an action type that nothing ever allows', () => {
    const text = 'forbid (principal, action == Action::"payment.send", resource);';
    const bundle = compileBundle(adding(source, 'CS-ODD-T0-001', text));

    expect(
      witnessesOf(bundle)
        .get('INV-REACHABLE')
        ?.map(({ actionType }) => actionType),
    ).toEqual(['payment.send']);
  });
});

describe('a rule that cannot be proved about', () => {
  it.each([
    [
      'names a person',
      'forbid (principal == Agent::"a", action, resource);',
      /expected no constraint on the principal/,
    ],
    [
      'reads a resource',
      'forbid (principal, action, resource) when { resource == Resource::"a" };',
      /got `Var`|got `Value`/,
    ],
    [
      'could overflow',
      'forbid (principal, action, resource) when { context.amount.microUsd * 9000 > 1 };',
      /rule `CS-ODD-T0-001`: expected integers that fit 64 bits/,
    ],
  ])('is refused when it %s', (_what, text, message) => {
    expect(() => proveBundle(compileBundle(adding(source, 'CS-ODD-T0-001', text)), invariants)).toThrow(message);
  });
});

describe('the proof in a bundle', () => {
  const built = buildBundle();

  it('is what proving the bundle again gives', () => {
    expect(bundleProof(built, proveBundle(compileBundle(built), invariants))).toEqual(built.proof);
    expect(built.proof?.invariants.map(({ id }) => id)).toEqual(invariants.map(({ id }) => id));
  });

  it('is another for other rules', () => {
    const { 'CS-CARD-T1-004': rule, ...rules } = built.rules;
    if (rule === undefined) throw new Error('expected the rule');
    const changed = { ...built, rules: { ...rules, [rule.id]: { ...rule, text: 'Another text.' } } };

    const proof = bundleProof(changed, proveBundle(compileBundle(changed), invariants));

    expect(proof.proofHash).not.toBe(built.proof?.proofHash);
  });

  it('is not given when an invariant does not hold', () => {
    const bundle = without(source, 'CS-CLOSE-T3-001');

    expect(() => bundleProof(bundle, proveBundle(compileBundle(bundle), invariants))).toThrow(RangeError);
  });
});
