import { beforeAll, describe, expect, it } from 'vitest';
import { mountOnActions } from '../../attacks/all-attacks.ts';
import type { AttackResult } from '../../attacks/attack.ts';
import { synthesizedApp } from '../support/synthesized-app.ts';
import { columns, documented, documentedRows } from './documentation.ts';

let results: readonly AttackResult[] = [];

beforeAll(async () => {
  results = await mountOnActions(() => undefined, await synthesizedApp());
});

describe('the attacks on actions', () => {
  it('are each caught by what is named', () => {
    expect(results.length).toBeGreaterThanOrEqual(12);
    expect(results.filter(({ caught }) => !caught)).toEqual([]);
  });

  it('have honest variants, none of which is flagged', () => {
    expect(results.filter(({ honestPasses }) => !honestPasses)).toEqual([]);
  });

  it('reach their aim when their guard is off', () => {
    expect(results.filter(({ mutation }) => mutation?.reaches === false)).toEqual([]);
    expect(results.filter(({ mutation }) => mutation === undefined)).toEqual([]);
  });

  it('are listed in the documentation with what catches them, and nothing else is', () => {
    expect(documentedRows('On actions', 'attack').map((row) => columns(row, 3))).toEqual(results.map(documented));
  });
});
