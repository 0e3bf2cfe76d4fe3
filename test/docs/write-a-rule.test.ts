import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatPolicies } from '@cedar-policy/cedar-wasm/nodejs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileBundle } from '../../core/gate/bundle.ts';
import type { JsonObject } from '../../core/json.ts';
import { buildBundle, POLICIES_DIRECTORY } from '../../tools/build-bundle.ts';
import { failedCases, readCases } from '../../tools/bundle/cases.ts';
import { lintPolicies } from '../../tools/bundle/lint.ts';
import { REPOSITORY_ROOT } from '../support/source-files.ts';

const HOW_TO = readFileSync(join(REPOSITORY_ROOT, 'docs/how-to/write-a-rule.md'), 'utf8');
const [rule = ''] = blocksOf('cedar');
const [cases = '', invariant = ''] = blocksOf('json');

let directory = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'how-to-'));
  cpSync(POLICIES_DIRECTORY, directory, { recursive: true });
  writeFileSync(join(directory, 'rules', 'how-to.cedar'), rule);
  writeFileSync(join(directory, 'cases', 'how-to.json'), cases);
});

afterAll(() => rmSync(directory, { recursive: true }));

function blocksOf(language: string): readonly string[] {
  return [...HOW_TO.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, block = '']) => block,
  );
}

function withInvariant(): void {
  const path = join(directory, 'invariants.json');
  const list: readonly JsonObject[] = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify([...list, JSON.parse(invariant)]));
}

describe('the rule of the how-to', () => {
  it('builds, is answered as its cases say, and leaves nothing to mend', () => {
    const bundle = compileBundle(buildBundle(directory));
    const added = readCases(directory).filter(({ file }) => file === 'cases/how-to.json');

    expect(added).toHaveLength(2);
    expect(failedCases(directory, added, bundle)).toEqual([]);
    expect(lintPolicies(directory).findings.filter(({ file }) => file === 'rules/how-to.cedar')).toEqual([]);
  });

  it('is in the official formatting', () => {
    const formatted = formatPolicies({ policyText: rule, lineWidth: 120, indentWidth: 2 });

    expect(formatted.type === 'success' && `${formatted.formatted_policy.trimEnd()}\n`).toBe(rule);
  });

  it('keeps the promise that the how-to adds, which does not hold without it', () => {
    withInvariant();

    expect(buildBundle(directory).proof?.invariants.at(-1)).toMatchObject({ id: 'INV-CAUTION-PAYMENTS' });
    rmSync(join(directory, 'rules', 'how-to.cedar'));
    expect(() => buildBundle(directory)).toThrow(/INV-CAUTION-PAYMENTS/);
  });
});
