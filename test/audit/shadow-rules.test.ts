import { afterAll, beforeAll, expect, test } from 'vitest';
import { AGENT_CHAIN, archiveOf, sampleChain } from '../core/ledger/sample-log.ts';
import type { AthenaFixture } from '../sandbox/athena/fixture.ts';
import { athenaFixture, QUERIES, runQuery } from '../sandbox/athena/fixture.ts';

const AGENT_ID = AGENT_CHAIN.replace('agent/', '');
const decided = (actionId: string, verdict: string, shadow?: readonly { readonly [name: string]: string }[]) => ({
  agentId: AGENT_ID,
  data: { actionId, verdict, ...(shadow !== undefined && { shadow: shadow.map((hit) => ({ ...hit })) }) },
});

let athena: AthenaFixture;

beforeAll(async () => {
  athena = await athenaFixture();
  const forbid = { id: 'CS-NEW-T1-001', effect: 'forbid' };
  const events = sampleChain(AGENT_CHAIN, [
    decided('act_1', 'allow', [forbid, { id: 'CS-NEW-T1-002', effect: 'error' }]),
    decided('act_2', 'allow', [forbid]),
    decided('act_3', 'deny', [forbid]),
    decided('act_4', 'allow'),
  ]);
  for (const [key, bytes] of archiveOf([events])) await athena.put(key, bytes);
});

afterAll(() => athena.close());

test('shadow-rules counts what each would have done by the verdict it was against', async () => {
  const sql = QUERIES.find((query) => query.name === 'shadow-rules')?.sql ?? '';
  const { rows, reason } = await runQuery(athena, sql, undefined);

  expect(reason).toBeUndefined();
  expect(rows).toMatchObject([
    { rule: 'CS-NEW-T1-001', effect: 'forbid', verdict: 'allow', decisions: '2', agents: '1' },
    { rule: 'CS-NEW-T1-001', effect: 'forbid', verdict: 'deny', decisions: '1' },
    { rule: 'CS-NEW-T1-002', effect: 'error', verdict: 'allow', decisions: '1' },
  ]);
});
