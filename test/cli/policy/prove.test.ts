import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { proveCommand } from '../../../cli/policy/prove.ts';
import { testCommand } from '../../../cli/policy/test.ts';
import { canonicalJson } from '../../../core/ledger/canonical.ts';
import { buildBundle, POLICIES_DIRECTORY, writeBundle } from '../../../tools/build-bundle.ts';
import { testIo } from '../audit-io.ts';

let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'prove-'));
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

describe('countersign policy prove', () => {
  it('proves the rules of a directory', async () => {
    const io = testIo();

    expect(await proveCommand([directory], io)).toBe(0);
    expect(io.text()).toMatch(/holds {2}INV-TWO-PEOPLE .*\n/);
    expect(io.text()).toMatch(/\nproved: [0-9]+ cases for [0-9]+ combinations of facts, [0-9.]+ s\n$/);
  });

  it('shows a witness for what does not hold', async () => {
    edit('rules/safeguards.cedar', 'context.agent.halted', 'context.agent.halted && context.stop.veto');
    const io = testIo();

    expect(await proveCommand([directory, '--json'], io)).toBe(1);
    expect(io.json()).toMatchObject({
      ok: false,
      results: expect.arrayContaining([
        expect.objectContaining({
          invariant: expect.objectContaining({ id: 'INV-HALTED' }),
          witnesses: expect.arrayContaining([
            expect.objectContaining({ actionType: 'account.read', verdict: 'allow' }),
          ]),
        }),
      ]),
    });
  });

  it('confirms the proof that a bundle carries, and refuses that of another', async () => {
    const file = join(directory, 'bundle.json');
    writeBundle(file, directory);
    const [own, other] = [testIo(), testIo()];

    expect(await proveCommand(['--bundle', file, '--json'], own)).toBe(0);
    expect(own.json()).toMatchObject({ carried: 'own' });

    const changed = readFileSync(file, 'utf8').replace('A halted agent may not do anything', 'A halted agent may rest');
    writeFileSync(file, canonicalJson(JSON.parse(changed)));
    expect(await proveCommand(['--bundle', file], other)).toBe(1);
    expect(other.text()).toContain('the proof in the bundle is NOT its own');
  });

  it('refuses what is no bundle', async () => {
    const io = testIo();

    expect(await proveCommand(['--bundle', join(directory, 'catalogue.json')], io)).toBe(3);
    expect(io.err.join('')).toMatch(/canonical json/);
  });
});

describe('building', () => {
  it('refuses rules that break an invariant, with facts that show it', () => {
    edit('rules/safeguards.cedar', 'context.agent.halted', 'context.agent.halted && context.stop.veto');

    expect(() => buildBundle(directory)).toThrow(
      /rule `INV-HALTED`: .* Fails for `account\.read` with .*agent\.halted=true/,
    );
  });

  it('proves what a directory adds', () => {
    const invariant = { id: 'INV-NO-CLOSING', text: 'Nothing is closed.', checker: 'never-allow', actions: ['tier-3'] };
    writeFileSync(join(directory, 'invariants.json'), JSON.stringify([{ ...invariant, when: 'true' }]));

    expect(() => buildBundle(directory)).toThrow(/INV-NO-CLOSING/);
  });

  it.each([
    [
      'says otherwise what the repository says',
      { id: 'INV-HALTED', text: 'A.', checker: 'total' },
      /what the repository says/,
    ],
    ['has no condition', { id: 'INV-A', text: 'A.', checker: 'never-allow' }, /expected `when` exactly with/],
    ['has a condition that is none', { id: 'INV-A', text: 'A.', checker: 'never-allow', when: '((' }, /INV-A/],
    ['has an unknown checker', { id: 'INV-A', text: 'A.', checker: 'hope' }, /expected a checker/],
    ['has a stray member', { id: 'INV-A', text: 'A.', checker: 'total', cases: 3 }, /unexpected member `cases`/],
    [
      'reads what is no fact',
      { id: 'INV-A', text: 'A.', checker: 'never-allow', when: 'context.mood' },
      /expected a fact/,
    ],
  ])('refuses an invariant that %s', (_what, invariant, message) => {
    writeFileSync(join(directory, 'invariants.json'), JSON.stringify([invariant]));

    expect(() => buildBundle(directory)).toThrow(message);
  });
});

describe('countersign policy test', () => {
  it('passes the cases of the starter', async () => {
    const io = testIo();

    expect(await testCommand([directory], io)).toBe(0);
    expect(io.text()).toMatch(/^[0-9]+ passed, 0 failed\n$/);
  });

  it('shows a case that is answered otherwise', async () => {
    edit('rules/approvals.cedar', 'context.limits.materialityMicroUsd', 'context.limits.dayMicroUsd');
    const io = testIo();

    expect(await testCommand([directory], io)).toBe(1);
    expect(io.text()).toContain(
      'cases/cases.json: a larger payment waits for a person: expected require_approval (CS-PAY-T2-001), got allow (CS-OK-T0-001)',
    );
  });

  it('fails when there is nothing to test', async () => {
    rmSync(join(directory, 'cases'), { recursive: true });

    expect(await testCommand([directory], testIo())).toBe(1);
  });
});
