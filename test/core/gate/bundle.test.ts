import { policyToJson } from '@cedar-policy/cedar-wasm/nodejs';
import { describe, expect, it } from 'vitest';
import type { PolicyBundle } from '../../../core/gate/bundle.ts';
import { compileBundle, loadBundle, loadCheckedBundle } from '../../../core/gate/bundle.ts';
import { decide } from '../../../core/gate/decide.ts';
import { sha256Hex } from '../../../core/ledger/hash.ts';
import { buildBundle, bundleBytes } from '../../../tools/build-bundle.ts';
import { contextWith } from '../../policies/cases.ts';

const source = buildBundle();
const bytes = bundleBytes(source);

describe('loadBundle', () => {
  it('names the hash of the bytes', () => {
    expect(loadBundle(bytes, sha256Hex(bytes)).hash).toBe(sha256Hex(bytes));
    expect(compileBundle(source).hash).toBe(sha256Hex(bytes));
  });

  it('refuses other bytes than the deployment names', () => {
    const changed = new TextEncoder().encode(new TextDecoder().decode(bytes).replace('approvals=2', 'approvals=1'));

    expect(() => loadBundle(changed, sha256Hex(bytes))).toThrow(/expected the bundle/);
  });

  it('refuses bytes that are not canonical', () => {
    const spaced = new TextEncoder().encode(JSON.stringify(source, null, 1));

    expect(() => loadBundle(spaced, sha256Hex(spaced))).toThrow(/canonical json/);
  });

  it('refuses bytes that are not utf-8', () => {
    const broken = Uint8Array.of(0xff, 0xfe);

    expect(() => loadBundle(broken, sha256Hex(broken))).toThrow();
  });
});

describe('loadCheckedBundle', () => {
  it('refuses other bytes than the deployment names', () => {
    expect(() => loadCheckedBundle(bytes.slice(1), sha256Hex(bytes))).toThrow(/expected the bundle/);
  });

  it('refuses what is no bundle', () => {
    const other = new TextEncoder().encode('{}');

    expect(() => loadCheckedBundle(other, sha256Hex(other))).toThrow(/formatVersion/);
  });

  it('decides as the bundle that was checked, rules that need the whole evaluator included', () => {
    const id = 'CS-ADD-T0-001';
    const parsed = policyToJson(
      'forbid (principal, action, resource) when { resource == Resource::"account/9" && context.signals.containsAny(["x"]) };',
    );
    if (parsed.type !== 'success') throw new Error('expected a policy');
    const policy = parsed.json;
    const ref = { id, text: 'A rule that a test adds.', frameworkRefs: ['AIR-SEC-024'] };
    const rule = { ...ref, tier: 0, effect: 'forbid' as const };
    const extended = Object({
      ...source,
      policies: { ...source.policies, [id]: policy },
      rules: { ...source.rules, [id]: rule },
    });
    const wide = bundleBytes(extended);
    const hash = sha256Hex(wide);
    const [checked, lazy] = [loadBundle(wide, hash), loadCheckedBundle(wide, hash)];
    for (const resource of ['account/9', 'account/1'])
      for (const facts of [{}, { signals: ['x'] }, { 'agent.halted': true }, { 'amount.microUsd': 1e15 }])
        for (const actionType of checked.catalogue.keys()) {
          const request = { agentId: 'a', actionType, resource, context: contextWith(facts) };
          expect(decide(request, lazy), actionType).toEqual(decide(request, checked));
        }
    const caught = {
      agentId: 'a',
      actionType: 'account.read-balance',
      resource: 'account/9',
      context: contextWith({ signals: ['x'] }),
    };
    expect(decide(caught, lazy)).toMatchObject({ verdict: 'deny', rules: [{ id }] });
  });
});

describe('compileBundle', () => {
  const [id = ''] = Object.keys(source.rules);
  const rule = source.rules[id];
  if (rule === undefined) throw new Error('expected a rule');

  it.each<[string, PolicyBundle, RegExp]>([
    ['another format', { ...source, formatVersion: '2' }, /formatVersion/],
    ['a policy without its text', { ...source, rules: {} }, /about the same policies/],
    [
      'a text for another rule',
      { ...source, rules: { ...source.rules, [id]: { ...rule, id: 'CS-X-T0-001' } } },
      /\.id/,
    ],
    [
      'an unreadable requirement',
      { ...source, rules: { ...source.rules, [id]: { ...rule, requires: 'x' } } },
      /requires/,
    ],
    [
      'a rule without framework ids',
      { ...source, rules: { ...source.rules, [id]: { ...rule, frameworkRefs: [] } } },
      /frameworkRefs/,
    ],
    ['a policy that is none', { ...source, policies: { ...source.policies, [id]: {} } }, /policy|member|effect/],
    ['an action without groups', { ...source, actionGroups: { 'payment.send': [] } }, /expected groups/],
    ['a catalogue that is none', { ...source, catalogue: {} }, /catalogue/],
  ])('refuses %s', (_what, bundle, message) => {
    expect(() => compileBundle(bundle)).toThrow(message);
  });

  it('knows what every obligation requires', () => {
    const compiled = compileBundle(source);

    expect(compiled.ruleById.get('CS-CLOSE-T3-001')?.requirement).toEqual({
      kind: 'approvals',
      approvals: 2,
      managers: 1,
    });
    expect(compiled.ruleById.get('CS-STOP-T0-001')?.requirement).toBeUndefined();
  });
});
