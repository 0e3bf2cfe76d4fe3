import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatPolicies } from '@cedar-policy/cedar-wasm/nodejs';
import { expect, it } from 'vitest';
import { compileBundle } from '../../core/gate/bundle.ts';
import { buildBundle, bundleBytes, POLICIES_DIRECTORY } from '../../tools/build-bundle.ts';
import { failedCases, readCases } from '../../tools/bundle/cases.ts';
import { lintPolicies } from '../../tools/bundle/lint.ts';

const STARTER = join(POLICIES_DIRECTORY, 'starter');

it('builds and proves the starter as small as it is', () => {
  const bundle = buildBundle(STARTER);

  expect(Object.keys(bundle.actionGroups)).toHaveLength(3);
  expect(bundle.proof?.cases).toBeGreaterThan(0);
  expect(bundleBytes(bundle)).toEqual(bundleBytes(buildBundle(STARTER)));
});

it('answers its cases and leaves nothing to mend', () => {
  const cases = readCases(STARTER);

  expect(failedCases(STARTER, cases, compileBundle(buildBundle(STARTER)))).toEqual([]);
  expect(cases.length).toBeGreaterThan(10);
  expect(lintPolicies(STARTER).findings).toEqual([]);
});

it.each(readdirSync(join(STARTER, 'rules')))('keeps %s in the official formatting', (file) => {
  const policyText = readFileSync(join(STARTER, 'rules', file), 'utf8');
  const formatted = formatPolicies({ policyText, lineWidth: 120, indentWidth: 2 });

  expect(formatted.type === 'success' && `${formatted.formatted_policy.trimEnd()}\n`).toBe(policyText);
});
