import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AthenaFixture } from '../sandbox/athena/fixture.ts';
import { athenaFixture, QUERIES, runQuery } from '../sandbox/athena/fixture.ts';
import { sampleArchive } from './sample-archive.ts';

const TELLER = '111122223333:countersign-agent-teller';
const PARAMETERS: { readonly [query: string]: readonly string[] } = {
  'agent-activity': [`'${TELLER}'`, "'2026-11-21'", "'2026-11-21'"],
};

let athena: AthenaFixture;

beforeAll(async () => {
  athena = await athenaFixture();
  for (const [key, bytes] of sampleArchive()) await athena.put(key, bytes);
});

afterAll(() => athena.close());

async function rowsOf(name: string) {
  const sql = QUERIES.find((query) => query.name === name)?.sql ?? '';
  const { rows, reason } = await runQuery(athena, sql, PARAMETERS[name]);
  expect(reason).toBeUndefined();
  return rows;
}

describe('audit queries', () => {
  test.each(QUERIES)('$name says its title and question first', ({ description }) => {
    expect(description).toMatch(/^[A-Z][^:]+: .+\?$/);
  });

  test.each(QUERIES)('$name names one parameter for each placeholder', ({ sql }) => {
    const named = /^-- params: (.+)$/m.exec(sql)?.[1]?.split(', ') ?? [];
    const statement = sql.replace(/^--.*$/gm, '');
    expect(statement.split('?').length - 1).toBe(named.length);
  });

  test('who-approved-what joins people with what they approved', async () => {
    expect(await rowsOf('who-approved-what')).toMatchObject([
      {
        agent: TELLER,
        action_id: 'act_approved',
        action_type: 'payment.send',
        slot: '1',
        person: 'p1_ann',
        manager: 'true',
      },
      { slot: '2', person: 'p1_bob', manager: 'false', decision: 'approve', reason_digest: 'f'.repeat(64) },
    ]);
  });

  test('refused-by-rule counts every rule of a denial', async () => {
    expect(await rowsOf('refused-by-rule')).toMatchObject([
      { rule: 'payments.limit', refusals: '1', agents: '1' },
      { rule: 'sanctions.screened', refusals: '1', agents: '1' },
    ]);
  });

  test('spend-by-agent-and-day sums each movement', async () => {
    expect(await rowsOf('spend-by-agent-and-day')).toMatchObject([
      { dt: '2026-11-20', agent: TELLER, reserved_micro_usd: '900', settled_micro_usd: '600', reserved_tokens: '70' },
      { dt: '2026-11-21', agent: TELLER, reserved_micro_usd: '100', settled_micro_usd: '0', lapsed_holds: '2' },
    ]);
  });

  test('self-approval-attempts lists who tried', async () => {
    expect(await rowsOf('self-approval-attempts')).toMatchObject([{ person: 'p1_owner', code: 'self_approval' }]);
  });

  test('halts-and-vetoes lists changes with who and why, in order', async () => {
    const rows = await rowsOf('halts-and-vetoes');
    expect(rows.map(({ change, person, reason }) => [change, person, reason])).toEqual([
      ['control.agent_halted', 'p1_risk', 'odd hours'],
      ['control.veto_raised', 'p1_risk', 'incident'],
      ['clear_veto', 'p1_risk', undefined],
      ['control.risk_level_set', 'p1_risk', 'incident'],
      ['control.bundle_activated', TELLER, undefined],
    ]);
  });

  test('open-approvals leaves out what was sealed or closed', async () => {
    expect(await rowsOf('open-approvals')).toMatchObject([
      { action_id: 'act_open', approvals: '1', decided_slots: '0' },
    ]);
  });

  test('decisions-without-outcome says whether a hold has lapsed', async () => {
    expect(await rowsOf('decisions-without-outcome')).toMatchObject([
      { agent: TELLER, action_id: 'act_approved', hold_lapsed: 'true' },
      { agent: TELLER, action_id: 'act_forgotten', hold_lapsed: 'false' },
    ]);
  });

  test('agent-activity keeps to the agent and the period', async () => {
    const rows = await rowsOf('agent-activity');
    expect(rows.length).toBe(10);
    expect(rows.every(({ time }) => time?.startsWith('2026-11-21'))).toBe(true);
  });

  test('verdicts-by-day counts each verdict', async () => {
    const rows = await rowsOf('verdicts-by-day');
    expect(rows.map(({ dt, verdict, decisions }) => [dt, verdict, decisions])).toEqual([
      ['2026-11-20', 'allow', '1'],
      ['2026-11-20', 'deny', '1'],
      ['2026-11-20', 'require_approval', '1'],
      ['2026-11-21', 'allow', '1'],
      ['2026-11-21', 'require_approval', '1'],
    ]);
  });

  test('refused-redemptions gives the code and the rules', async () => {
    expect(await rowsOf('refused-redemptions')).toMatchObject([{ code: 'envelope_expired', rules: 'approvals.fresh' }]);
  });

  test('events-by-framework-reference counts an event under each of its references', async () => {
    const rows = await rowsOf('events-by-framework-reference');
    expect(rows).toContainEqual(
      expect.objectContaining({ framework_ref: 'AIR-OP-018', type: 'action.decided', events: '5' }),
    );
  });

  test('chain-lengths says whether numbering is whole', async () => {
    expect(await rowsOf('chain-lengths')).toMatchObject([
      { chain: `agent/${TELLER}`, events: '17', first_seq: '0', last_seq: '16', is_whole: 'true' },
      { chain: 'control', events: '6', is_whole: 'true' },
    ]);
  });

  test('covers what these tests name and nothing else', () => {
    expect(QUERIES.length).toBe(16);
  });
});
