import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lintCommand } from '../../../cli/policy/lint.ts';
import type { Finding } from '../../../core/gate/lint/finding.ts';
import { POLICIES_DIRECTORY } from '../../../tools/build-bundle.ts';
import { lintPolicies } from '../../../tools/bundle/lint.ts';
import { testIo } from '../audit-io.ts';

let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lint-'));
  cpSync(join(POLICIES_DIRECTORY, 'starter'), directory, { recursive: true });
});

afterEach(() => rmSync(directory, { recursive: true }));

function edit(file: string, from: string | RegExp, to: string): void {
  const path = join(directory, file);
  const before = readFileSync(path, 'utf8');
  const after = before.replace(from, to);
  if (after === before) throw new Error(`expected ${file} to hold ${from}`);
  writeFileSync(path, after);
}

function add(rule: string): void {
  writeFileSync(join(directory, 'rules', 'zz-added.cedar'), `${rule}\n`);
}

/** A rule with everything it must have. */
function ruleOf(body: string, text = 'A rule that a test adds.', id = 'CS-ADD-T0-001', more = ''): string {
  return `@id("${id}")\n@text("${text}")\n@framework("AIR-SEC-024")\n@tier("0")\n${more}${body}`;
}

function found(): readonly (readonly [string, string])[] {
  return lintPolicies(directory)
    .findings.filter(({ code }) => code !== 'no-case')
    .map(({ code, rule }) => [code, rule]);
}

function findingOf(code: string): Finding | undefined {
  return lintPolicies(directory).findings.find((finding) => finding.code === code);
}

const EVERYTHING = 'forbid (principal, action, resource)';
const ONE = '@requires("approvals=1")\n';

describe('linting', () => {
  it('finds nothing to mend in the starter', () => {
    expect(lintPolicies(directory)).toEqual({ rules: 14, findings: [] });
  });

  it('finds no errors in the rules of the repository', () => {
    const { findings } = lintPolicies(POLICIES_DIRECTORY);

    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it.each([
    [
      'a condition that nothing meets',
      `${EVERYTHING} when { context.stop.riskLevel > 3 && context.stop.riskLevel < 2 };`,
      'does-not-build|never-holds',
    ],
    [
      'sums that no numbers make',
      `${EVERYTHING} when { context.amount.microUsd > 9 && context.amount.microUsd + context.day.amountMicroUsd < 5 };`,
      'never-holds',
    ],
    [
      'a permit of what is forbidden',
      'permit (principal, action, resource) when { context.agent.halted };',
      'contradiction',
    ],
    ['a forbid within another', `${EVERYTHING} when { context.agent.halted && context.stop.veto };`, 'shadowed'],
    [
      'an action that does not exist',
      'forbid (principal, action == Action::"payment.sent", resource);',
      'unknown-action',
    ],
  ])('finds %s', (_what, body, code) => {
    add(ruleOf(body));

    expect(found()).toEqual([[expect.stringMatching(code), 'CS-ADD-T0-001']]);
  });

  it.each([
    ['an agent in its scope', 'forbid (principal == Agent::"teller", action, resource);'],
    ['a resource in its condition', 'forbid (principal, action, resource) when { resource == Resource::"account/1" };'],
  ])('finds %s, which a replay could not decide again', (_what, body) => {
    add(ruleOf(body));

    expect(findingOf('named-entity')).toMatchObject({ rule: 'CS-ADD-T0-001', severity: 'error', line: 5 });
  });

  it('finds an obligation that a bigger one covers', () => {
    const body =
      'forbid (principal, action == Action::"policy.activate", resource) unless { context.approvals.count >= 1 };';
    add(ruleOf(body, undefined, undefined, ONE));

    expect(findingOf('covered-obligation')).toMatchObject({
      rule: 'CS-ADD-T0-001',
      severity: 'warning',
      message: expect.stringContaining('CS-DUAL-T3-001'),
    });
  });

  it('finds only the later of two rules that say the same', () => {
    add(ruleOf(`${EVERYTHING} when { context.agent.halted };`));

    expect(found()).toEqual([['shadowed', 'CS-STOP-T0-001']]);
  });

  it.each([
    ['no text', /@text\("A payment above the mat[^\n]*\n/, '', 'missing-text', 1, 1],
    ['no reference', /@framework[^\n]*\n/, '', 'missing-reference', 1, 1],
    ['an unknown reference', 'AIR-SEC-024,AIR-SEC-025', 'AIR-SEC-024,AIR-SEC-925', 'unknown-reference', 3, 25],
    ['a long text', 'A payment above', `A ${'very '.repeat(60)}long payment above`, 'long-text', 2, 1],
    ['an id twice', 'CS-PAY-T2-002', 'CS-PAY-T2-001', 'duplicate-id', 14, 1],
    [
      'a text twice',
      /A payment above the dual control[^"]*/,
      'A payment above the materiality threshold needs approval by one person.',
      'duplicate-text',
      15,
      1,
    ],
  ])('finds %s, with its place', (_what, from, to, code, line, column) => {
    edit('rules/approvals.cedar', from, to);

    expect(findingOf(code)).toMatchObject({ severity: 'error', file: 'rules/approvals.cedar', line, column });
  });

  it('finds a forbid that reads what may be absent', () => {
    const schema = readFileSync(join(POLICIES_DIRECTORY, 'schema.cedarschema'), 'utf8');
    writeFileSync(join(directory, 'schema.cedarschema'), schema.replace('veto: Bool', 'veto?: Bool'));

    expect(findingOf('optional-without-has')).toMatchObject({
      rule: 'CS-STOP-T2-002',
      fix: 'write `context has stop.veto && …` before it is read',
    });
  });

  it('finds a rule without a case that shows it', () => {
    edit('cases/cases.json', /"CS-DUAL-T3-001"/g, '"CS-OK-T0-001"');

    expect(lintPolicies(directory).findings.map(({ rule, message }) => [rule, message])).toEqual([
      ['CS-DUAL-T3-001', 'no case shows that the rule applies'],
      ['CS-DUAL-T3-001', 'no case shows that the rule does not apply to an action it is about'],
    ]);
  });

  it('says where a rule does not build', () => {
    add(ruleOf(`${EVERYTHING} when { context.agent.unknown };`));

    expect(findingOf('does-not-build')).toMatchObject({ rule: 'CS-ADD-T0-001', file: 'rules/zz-added.cedar', line: 1 });
  });
});

describe('countersign policy lint', () => {
  it('fails on an error and passes on warnings', async () => {
    add(ruleOf(`${EVERYTHING} when { context.agent.halted && context.stop.veto };`));
    edit('cases/cases.json', '"rules": ["CS-STOP-T0-001"]', '"rules": ["CS-STOP-T0-001", "CS-ADD-T0-001"]');
    edit('cases/cases.json', /"quiet": \[\s*"CS-AUTH-T0-001"/, '"quiet": ["CS-ADD-T0-001", "CS-AUTH-T0-001"');
    const warned = testIo();
    const failed = testIo();

    expect(await lintCommand([directory], warned)).toBe(0);
    expect(warned.text()).toMatch(/warning shadowed CS-ADD-T0-001: .*\n {4}remove the rule/);

    edit('rules/approvals.cedar', /@framework[^\n]*\n/, '');
    expect(await lintCommand([directory, '--json'], failed)).toBe(1);
    expect(failed.json()).toMatchObject({ ok: false, errors: 1 });
  });

  it('refuses a directory that is not there', async () => {
    expect(await lintCommand([join(directory, 'nowhere')], testIo())).toBe(3);
  });
});
