import type { Context } from 'aws-lambda';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { retentionDays } from '../../../core/records/record-classes.ts';
import { apiEvent } from '../../support/api-event.ts';
import type { RecordsFixture } from '../../support/records.ts';
import {
  givenExtension,
  givenHold,
  givenHoldRequest,
  givenRecords,
  givenRelease,
  SUBJECT,
} from '../../support/records.ts';

const wired = vi.hoisted((): { gate: unknown } => ({ gate: undefined }));
vi.mock('../../../lambdas/shared/wiring.ts', () => ({ coreDeps: () => wired.gate }));
vi.stubEnv('RETENTION_DAYS', JSON.stringify(retentionDays({})));
const { handler } = await import('../../../lambdas/govern-holds/handler.ts');

let gate: RecordsFixture;
beforeEach(() => {
  gate = givenRecords();
  wired.gate = gate;
});

async function post(path: string, { agentId: _caller, ...body }: { readonly agentId?: string }) {
  // middy reads nothing of the context here.
  const reply = await handler(apiEvent({ path, body }), {} as Context);
  return { status: reply.statusCode, body: JSON.parse(reply.body) };
}

const set = (request: object) => post('/records/holds', request);
const release = (request: object) => post('/records/holds/release', request);

describe('govern-holds', () => {
  it('answers 200 to an approved hold and to its approved release, also when they are repeated', async () => {
    const request = await givenHoldRequest(gate, 'claim-7', { chain: 'agent/a', from: '2026-01-01', subject: SUBJECT });
    expect(await set(request)).toEqual({ status: 200, body: { changed: true, seq: 0 } });
    expect(await set(request)).toEqual({ status: 200, body: { changed: false, seq: 0 } });
    const released = await givenRelease(gate, 'claim-7');
    expect(await release(released)).toEqual({ status: 200, body: { changed: true, seq: 1 } });
    expect(await release(released)).toEqual({ status: 200, body: { changed: false, seq: 1 } });
  });

  it('answers 409 when the id was used before, or no such hold is in force', async () => {
    await givenHold(gate, 'claim-7');
    const again = await givenHoldRequest(gate, 'claim-7');
    expect(await set(again)).toMatchObject({ status: 409, body: { code: 'hold_exists' } });
    const other = await givenRelease(gate, 'claim-8');
    expect(await release(other)).toMatchObject({ status: 409, body: { code: 'hold_not_in_force' } });
  });

  it('answers 409 when a wider or a narrower hold was approved, or its release', async () => {
    const request = await givenHoldRequest(gate, 'claim-7', { chain: 'agent/a' });
    const { chain: _narrower, ...wider } = request;
    expect(await set(wider)).toMatchObject({ status: 409, body: { code: 'not_this_act' } });
    expect(await set({ ...request, to: '2026-01-01' })).toMatchObject({ body: { code: 'not_this_act' } });
    expect(await release(wider)).toMatchObject({ status: 409, body: { code: 'not_this_act' } });
  });

  it('answers 200 to a longer period that was approved, and 409 with the days in force to one that is not longer', async () => {
    const extend = (request: object) => post('/records/retention', request);
    const request = await givenExtension(gate, 'decisions', 4_000);
    expect(await extend(request)).toEqual({ status: 200, body: { changed: true, seq: 0 } });
    gate.clock.advance(60_000);
    expect(await extend(await givenExtension(gate, 'decisions', 3_999))).toMatchObject({
      status: 409,
      body: { code: 'retention_not_longer', days: 4_000 },
    });
    expect(await extend({ ...request, recordClass: 'logs' })).toMatchObject({ status: 400 });
    expect(await extend({ ...request, actionId: 'act_none' })).toMatchObject({ status: 404 });
  });

  it.each([[{ hold: 'Claim 7' }], [{ from: '2026-13-01' }], [{ subject: 'Jane Doe' }], [{ reason: '' }], [{ all: 1 }]])(
    'refuses a body with %j',
    async (changes) => {
      expect(await set({ ...(await givenHoldRequest(gate, 'claim-7')), ...changes })).toMatchObject({
        status: 400,
        body: { code: 'invalid_body' },
      });
    },
  );
});
