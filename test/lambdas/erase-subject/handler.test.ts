import type { Context } from 'aws-lambda';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { apiEvent } from '../../support/api-event.ts';
import type { RecordsFixture } from '../../support/records.ts';
import { givenDetails, givenErasure, givenHold, givenRecords } from '../../support/records.ts';

const wired = vi.hoisted((): { gate: unknown } => ({ gate: undefined }));
vi.mock('../../../lambdas/shared/wiring.ts', () => ({ coreDeps: () => wired.gate }));
vi.stubEnv('DETAILS_MINIMUM_DAYS', '0');
const { handler } = await import('../../../lambdas/erase-subject/handler.ts');

let gate: RecordsFixture;
beforeEach(async () => {
  gate = givenRecords();
  wired.gate = gate;
  await givenDetails(gate);
});

async function post(body: object) {
  // middy reads nothing of the context here.
  const reply = await handler(apiEvent({ path: '/records/erasures', body }), {} as Context);
  return { status: reply.statusCode, body: JSON.parse(reply.body) };
}

async function approved(changes = {}): Promise<object> {
  const { agentId: _caller, ...body } = await givenErasure(gate, changes);
  return body;
}

describe('erase-subject', () => {
  it('answers 200 once the key is destroyed, also when it is repeated', async () => {
    const body = await approved();
    expect(await post(body)).toEqual({ status: 200, body: { changed: true, seq: 0 } });
    expect(await post(body)).toEqual({ status: 200, body: { changed: false, seq: 0 } });
  });

  it('answers 409 and names the hold while one may cover the subject', async () => {
    await givenHold(gate, 'claim-7');
    expect(await post(await approved())).toMatchObject({ status: 409, body: { code: 'legal_hold', hold: 'claim-7' } });
  });

  it.each([
    [{ from: '2026-09', through: '2026-10' }, 'nothing_to_erase'],
    [{ through: '2026-12' }, 'months_out_of_range'],
  ])('answers 409 when %j was approved', async (changes, code) => {
    expect(await post(await approved(changes))).toMatchObject({ status: 409, body: { code } });
  });

  it('answers 404 to an action nobody asked for and 409 when something else was approved', async () => {
    const body = await approved();
    expect(await post({ ...body, actionId: 'act_none' })).toMatchObject({ status: 404 });
    expect(await post({ ...body, from: '2026-01' })).toMatchObject({ status: 409, body: { code: 'not_this_act' } });
  });

  it('answers 503 while the chain is contended, and 200 afterwards', async () => {
    const body = await approved();
    gate.store.failCommits(...Array.from({ length: 48 }, () => 'conflict' as const));
    expect(await post(body)).toMatchObject({ status: 503, body: { code: 'contention' } });
    gate.store.clearFaults();
    expect(await post(body)).toMatchObject({ status: 200 });
  });

  it.each([[{ subject: 'Jane Doe' }], [{ from: '2026-13' }], [{ through: '2026-11-01' }], [{ force: true }]])(
    'refuses a body with %j',
    async (changes) => {
      expect(await post({ ...(await approved()), ...changes })).toMatchObject({
        status: 400,
        body: { code: 'invalid_body' },
      });
    },
  );
});
