import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandIo } from '../../../cli/command.ts';
import { EXIT } from '../../../cli/command.ts';
import { runCli } from '../../../cli/main.ts';
import type { coverageJson } from '../../../cli/policy/coverage/coverage-report.ts';
import { POLICIES_DIRECTORY } from '../../../tools/build-bundle.ts';

type Report = ReturnType<typeof coverageJson>;

const folder = mkdtempSync(join(tmpdir(), 'coverage-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(...args: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const io: CommandIo = { stdout: (text) => out.push(text), stderr: (text) => err.push(text), env: {}, fetch };
  return { exitCode: await runCli(args, io), out: out.join(''), err: err.join('') };
}

/** A copy of the policies with one file changed. */
function changed(name: string, file: string, change: (text: string) => string): string {
  const copy = join(folder, name);
  cpSync(POLICIES_DIRECTORY, copy, { recursive: true });
  const path = join(copy, file);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
  return copy;
}

describe('coverage of these policies', () => {
  let report: Report;
  let exitCode: number;

  beforeAll(async () => {
    const result = await run('coverage', '--json');
    report = JSON.parse(result.out);
    exitCode = result.exitCode;
  });

  it('is above the threshold without a failing case', () => {
    expect(report.problems).toEqual([]);
    expect({ exitCode, ok: report.ok }).toEqual({ exitCode: EXIT.ok, ok: true });
    expect(report.coverage).toBeGreaterThanOrEqual(0.85);
  });

  it('has a passing case for every risk, the deployer’s included', () => {
    expect(report.risks.filter(({ passing }) => passing === 0)).toEqual([]);
  });

  it.each([
    ['accuracy', 200],
    ['policy', 20],
    ['robustness', 20],
    ['latency', 4],
  ])('has enough cases of %s, and all pass', (dimension, least) => {
    expect(report.dimensions[dimension]?.passed).toBeGreaterThanOrEqual(least);
    expect(report.dimensions[dimension]?.failed).toBe(0);
  });

  it('runs no case twice under one name', () => {
    const ids = report.cases.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('says what it counts, whose framework it is, and which mappings are its own', () => {
    expect(report.definition).toContain('not marked as the deployer’s');
    expect(report.attribution).toContain('CC BY 4.0');
    expect(report.risks.find(({ id }) => id === 'AIR-SEC-010')?.projectReferences).toEqual({
      'owasp-agentic': ['ASI01 Agent Goal Hijack'],
      'nist-ai-rmf': [],
    });
  });

  it('claims of a control only what a case exercises', () => {
    const exercised = new Set(report.cases.flatMap(({ exercises }) => exercises));
    const idle = report.controls.filter(({ id }) => !exercised.has(id)).map(({ id }) => id);
    expect(idle).toEqual(['CTL-ENCRYPTION']);
  });

  it('fails at a threshold that it does not reach', async () => {
    const { exitCode: code, out } = await run('policy', 'coverage', '--threshold', '0.95');
    expect(code).toBe(EXIT.failed);
    expect(out).toContain('expected coverage of at least 0.95');
  });
});

describe('coverage of changed policies', () => {
  it('fails when a rule is weakened', async () => {
    const directory = changed('weak', 'rules/payments.cedar', (text) =>
      text.replace('when { !context.payee.known }', 'when { !context.payee.known && context.payee.changed }'),
    );
    const { exitCode, out } = await run('coverage', '--json', '--policies', directory);
    expect(exitCode).toBe(EXIT.failed);
    expect((JSON.parse(out) as Report).dimensions['policy']?.failed).toBeGreaterThan(0);
  });

  it('fails when reads of outsiders’ text no longer mark', async () => {
    const directory = changed('unmarked', 'catalogue.json', (text) =>
      text.replaceAll('"marksSession": true', '"marksSession": false'),
    );
    const { exitCode, out } = await run('coverage', '--policies', directory);
    expect(exitCode).toBe(EXIT.failed);
    expect(out).toContain('case failed: policy: a new payee after reading what outsiders wrote needs a manager');
  });

  it('fails when nothing carries a risk any more', async () => {
    const directory = changed('uncarried', 'coverage/controls.json', (text) =>
      text.replaceAll(/("carries": \[[^\]]*?)"AIR-SEC-008",/g, '$1'),
    );
    const { exitCode, out } = await run('coverage', '--policies', directory);
    expect(exitCode).toBe(EXIT.failed);
    expect(out).toContain('expected a passing case for AIR-SEC-008, got none');
  });

  it('is no report when a control names evidence that is not there', async () => {
    const directory = changed('evidence', 'coverage/controls.json', (text) =>
      text.replace('core/gate/catalogue.ts', 'core/gate/no-such-file.ts'),
    );
    const { exitCode, out, err } = await run('coverage', '--policies', directory);
    expect({ exitCode, out }).toEqual({ exitCode: EXIT.failed, out: '' });
    expect(err).toContain('no-such-file.ts');
  });

  it.each(['1.1', '-0.1', 'many', ''])('is bad input with the threshold %j', async (threshold) => {
    expect((await run('coverage', `--threshold=${threshold}`)).exitCode).toBe(EXIT.badInput);
  });
});
