import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { mountAttacks } from '../../attacks/all-attacks.ts';
import type { AttackResult } from '../../attacks/attack.ts';
import { REPOSITORY_ROOT } from '../support/source-files.ts';
import { synthesizedApp } from '../support/synthesized-app.ts';

let results: readonly AttackResult[] = [];

beforeAll(async () => {
  results = await mountAttacks(() => undefined, await synthesizedApp());
});

describe('the attacks', () => {
  it('are each caught by what is named', () => {
    expect(results.length).toBeGreaterThanOrEqual(27);
    expect(results.filter(({ caught }) => !caught)).toEqual([]);
  });

  it('have honest variants, none of which is flagged', () => {
    expect(results.filter(({ honestPasses }) => !honestPasses)).toEqual([]);
  });

  it('reach their aim when their guard is off', () => {
    expect(results.filter(({ mutation }) => mutation?.reaches === false)).toEqual([]);
    expect(results.filter(({ mount, mutation }) => mount !== 'archive' && mutation === undefined)).toEqual([]);
  });

  it('are listed in the documentation with what catches them, and nothing else is', () => {
    const text = readFileSync(join(REPOSITORY_ROOT, 'docs/attacks.md'), 'utf8');
    const listed = text.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| attack '));
    const names = listed.map((line) => line.split(' | ').slice(0, 3).join(' | '));
    expect(names).toEqual(
      results.map(({ name, mount, caughtBy }) => {
        const by = [...new Set(caughtBy)].map((each) => `\`${each}\``).join(', ');
        return `| ${name} | ${mount} | ${by}`;
      }),
    );
  });
});
