import { describe, expect, it } from 'vitest';
import type { Attack } from '../../attacks/attack.ts';
import { runGroup } from '../../attacks/attack.ts';
import { attackReport, tableLines } from '../../attacks/report.ts';

const CAUGHT: Attack = {
  name: 'theft',
  mount: 'core',
  caughtBy: ['lock', 'alarm'],
  attempt: async () => ['lock', 'alarm'],
  honest: async () => undefined,
  mutation: { off: 'lock', reaches: async () => true },
};

async function reported(changes: Partial<Attack>) {
  return attackReport(await runGroup({ name: 'thefts', attacks: [CAUGHT, { ...CAUGHT, ...changes }] }));
}

describe('an attack report', () => {
  it('is ok when every attack is caught by what is named, and only by that', async () => {
    const report = await reported({});
    expect(report).toMatchObject({ ok: true, attacks: [{ caught: true, honestPasses: true, problems: [] }, {}] });
    expect(tableLines(report)[2]).toMatch(/^theft +\| core +\| lock, alarm +\| yes +\| passes +\| succeeds \(lock\)$/);
  });

  it.each<[string, Partial<Attack>, string]>([
    ['nothing catches it', { attempt: async () => [] }, 'attack: expected ["lock","alarm"], got []'],
    ['something else catches it', { attempt: async () => ['luck'] }, 'attack: expected ["lock","alarm"], got ["luck"]'],
    ['only a part is caught', { attempt: async () => ['lock'] }, 'attack: expected ["lock","alarm"], got ["lock"]'],
    ['it breaks', { attempt: () => Promise.reject(new Error('oops')) }, 'attack: threw oops'],
    ['the honest are flagged', { honest: async () => 'got `deny`' }, 'honest variant: got `deny`'],
    [
      'it is caught without its guard too',
      { mutation: { off: 'lock', reaches: async () => false } },
      'without lock: still caught',
    ],
  ])('is not ok when %s', async (_when, changes, problem) => {
    const report = await reported(changes);
    expect(report.ok).toBe(false);
    expect(report.attacks[1]?.problems).toEqual([problem]);
    expect(tableLines(report).at(-1)).toMatch(/NOT/);
  });

  it('is not ok when nothing was attacked', () => {
    expect(attackReport([]).ok).toBe(false);
  });
});
