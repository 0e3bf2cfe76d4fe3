import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { trinoType } from '../../lib/audit/glue-types.ts';
import { archiveOf } from '../core/ledger/sample-log.ts';
import type { AthenaFixture } from '../sandbox/athena/fixture.ts';
import { athenaFixture, runQuery, VIEWS } from '../sandbox/athena/fixture.ts';
import { sampleChains, sampleLog } from './sample-archive.ts';

let athena: AthenaFixture;

beforeAll(async () => {
  athena = await athenaFixture();
  const { agent, control } = sampleChains();
  for (const [key, bytes] of archiveOf([agent, control])) await athena.put(key, bytes);
  for (const [key, bytes] of sampleLog([agent]).projection) await athena.put(key, bytes);
});

afterAll(() => athena.close());

describe('audit views', () => {
  test('are the eight that queries build on', () => {
    expect(VIEWS.map(({ name }) => name)).toEqual([
      'approvals',
      'budgets',
      'controls',
      'decisions',
      'events_in_log',
      'leaves',
      'outcomes',
      'redemptions',
    ]);
  });

  test.each(VIEWS)('$name gives exactly the columns and types its first line declares', async (view) => {
    const { reason, types } = await runQuery(athena, `SELECT * FROM ${view.name}`);
    expect(reason).toBeUndefined();
    const declared = view.columns.map(({ name, type }) => [name, trinoType(type).replace(/\(.*\)/, '')]);
    expect(Object.entries(types)).toEqual(declared);
  });

  test.each(VIEWS)('$name leaves no row without a time, chain and number', async (view) => {
    const time = view.name === 'leaves' ? 'checkpoint_time' : 'time';
    const whole = `${time} IS NOT NULL AND chain IS NOT NULL AND seq IS NOT NULL AND dt IS NOT NULL`;
    const { rows } = await runQuery(
      athena,
      `SELECT COUNT(*) AS n, COUNT(*) FILTER (WHERE ${whole}) AS ok FROM ${view.name}`,
    );
    expect(Number(rows[0]?.['n'])).toBeGreaterThan(0);
    expect(rows[0]?.['ok']).toBe(rows[0]?.['n']);
  });

  test('decisions keeps rules as a list and amounts as whole micro-USD', async () => {
    const { rows } = await runQuery(
      athena,
      "SELECT rules, amount_micro_usd, tier FROM decisions WHERE action_id = 'act_denied'",
    );
    expect(rows).toEqual([{ rules: '[payments.limit, sanctions.screened]', amount_micro_usd: undefined, tier: '3' }]);
  });

  test('controls names the refused change and the agent that was halted', async () => {
    const { rows } = await runQuery(
      athena,
      'SELECT change, agent, level, code, bundle_sequence FROM controls ORDER BY seq',
    );
    expect(rows).toMatchObject([
      { change: 'control.agent_halted', agent: '111122223333:countersign-agent-teller' },
      { change: 'control.veto_raised', agent: undefined },
      { change: 'clear_veto', code: 'same_person' },
      { change: 'control.risk_level_set', level: 'DANGER' },
      { change: 'control.bundle_activated', bundle_sequence: '2' },
    ]);
  });
});
