import { describe, expect, it } from 'vitest';
import { EpochHolder } from '../../../../core/ledger/receipt/epoch-holder.ts';
import type { EpochRequest } from '../../../../core/ledger/receipt/epoch-request.ts';
import { isProved, isRetiredByHolder } from '../../../../core/ledger/receipt/epoch-request.ts';
import { receiptJson } from '../../../../core/ledger/receipt/receipt.ts';
import { verifyReceiptOffline } from '../../../../core/ledger/receipt/verify-receipt.ts';
import { TestClock } from '../../../support/deps.ts';
import { certificateOf, certifiedEvent, decidedEvent, type TestKey, testKey } from '../../../support/receipts.ts';

const MINUTE_MS = 60_000;

function givenHolder(changes: { readonly certifiesOther?: TestKey } = {}) {
  const clock = new TestClock();
  const certifier = testKey();
  const keys: TestKey[] = [];
  const requests: EpochRequest[] = [];
  const failures: unknown[] = [];
  const world = { isDown: false };
  const ports = {
    clock,
    newKey: () => {
      const key = testKey();
      keys.push(key);
      return key;
    },
    certify: async (request: EpochRequest) => {
      requests.push(request);
      if (world.isDown) throw new Error('no certificate today');
      const key = changes.certifiesOther ?? keys.find(({ publicKey }) => publicKey === request.publicKey);
      if (key === undefined) throw new Error('expected a key of the holder');
      const { notBeforeMs } = request;
      return certifiedEvent(certificateOf(key, { notBeforeMs, notAfterMs: notBeforeMs + 15 * MINUTE_MS }), certifier)
        .entry;
    },
    failed: (error: unknown) => failures.push(error),
  };
  const holder = new EpochHolder(ports, 'submit-action');
  const decide = () => {
    holder.prepare();
    return holder.receiptFor(decidedEvent(clock.nowMs()));
  };
  return { holder, clock, certifier, requests, failures, world, decide };
}

describe('EpochHolder', () => {
  it('signs under one certified key when requests follow each other', async () => {
    const { decide, clock, certifier, requests } = givenHolder();
    for (let minutes = 0; minutes < 12; minutes += 1) {
      const receipt = await decide();
      if (!receipt.ok) throw new Error('expected a receipt');
      const text = JSON.stringify(receiptJson(receipt.value));
      expect(verifyReceiptOffline(text, { certificationKeys: [certifier.publicKey] }).ok).toBe(true);
      clock.advance(MINUTE_MS);
    }
    expect(requests).toHaveLength(1);
    expect(requests.every(isProved)).toBe(true);
  });

  it('renews ahead of time and says how often it signed when two minutes are left', async () => {
    const { decide, clock, requests } = givenHolder();
    const first = await decide();
    clock.advance(13 * MINUTE_MS);
    expect((await decide()).ok).toBe(true);
    const renewed = await decide();
    expect(requests).toHaveLength(2);
    expect(first.ok && renewed.ok && renewed.value.envelope.keyId !== first.value.envelope.keyId).toBe(true);
    clock.advance(13 * MINUTE_MS);
    await decide();
    const retires = requests[2]?.retires;
    expect(retires?.receipts).toBe(2);
    expect(retires !== undefined && isRetiredByHolder(retires)).toBe(true);
  });

  it('takes a new key when the environment stood still beyond the epoch', async () => {
    const { decide, clock, requests } = givenHolder();
    await decide();
    clock.advance(3 * 60 * MINUTE_MS);
    const receipt = await decide();
    expect(receipt.ok).toBe(true);
    expect(requests).toHaveLength(2);
    expect(requests[1]?.retires?.receipts).toBe(1);
  });

  it('signs nothing when the environment stood still between the decision and the signature', async () => {
    const { holder, clock } = givenHolder();
    holder.prepare();
    const event = decidedEvent(clock.nowMs());
    expect((await holder.receiptFor(event)).ok).toBe(true);
    clock.advance(15 * MINUTE_MS + 1);
    expect(await holder.receiptFor(event)).toEqual({ ok: false, problem: { code: 'epoch_over' } });
  });

  it('signs nothing when the event is older than the key', async () => {
    const { holder, clock } = givenHolder();
    holder.prepare();
    const receipt = await holder.receiptFor(decidedEvent(clock.nowMs() - 1));
    expect(receipt).toEqual({ ok: false, problem: { code: 'epoch_over' } });
  });

  it('says so and asks again after a while when no certificate is to be had', async () => {
    const { decide, clock, world, requests, failures } = givenHolder();
    world.isDown = true;
    expect(await decide()).toEqual({ ok: false, problem: { code: 'epoch_not_certified' } });
    await decide();
    expect(requests).toHaveLength(1);
    expect(failures).toHaveLength(1);
    world.isDown = false;
    clock.advance(10_000);
    expect((await decide()).ok).toBe(true);
  });

  it('keeps the key it has when a renewal fails', async () => {
    const { decide, clock, world, failures } = givenHolder();
    await decide();
    world.isDown = true;
    clock.advance(14 * MINUTE_MS);
    expect((await decide()).ok).toBe(true);
    expect(failures).toHaveLength(1);
    clock.advance(MINUTE_MS + 1);
    expect(await decide()).toEqual({ ok: false, problem: { code: 'epoch_not_certified' } });
  });

  it('uses no key when the certificate is of another', async () => {
    const { decide, failures } = givenHolder({ certifiesOther: testKey() });
    expect(await decide()).toEqual({ ok: false, problem: { code: 'epoch_not_certified' } });
    expect(String(failures[0])).toContain('expected a certificate of the key asked for');
  });
});
