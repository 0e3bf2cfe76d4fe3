import { describe, expect, it } from 'vitest';
import { isCertifiedBy } from '../../../../core/ledger/receipt/certificate.ts';
import { certifyEpoch } from '../../../../core/ledger/receipt/certify-epoch.ts';
import { EPOCHS_CHAIN, parseEpoch } from '../../../../core/ledger/receipt/epoch.ts';
import { epochRequest, retirement } from '../../../../core/ledger/receipt/epoch-request.ts';
import { CountingEntropy, NoPause, TEST_NOW_MS, TestClock } from '../../../support/deps.ts';
import { ledgerEvents } from '../../../support/ledger-events.ts';
import { MemoryStore } from '../../../support/memory-store.ts';
import { TEST_ORIGIN, testKey } from '../../../support/receipts.ts';

function givenCertifier() {
  const certifier = testKey();
  const store = new MemoryStore();
  const deps = {
    store,
    clock: new TestClock(),
    entropy: new CountingEntropy(),
    pause: new NoPause(),
    certifier: { sign: async (message: Uint8Array) => certifier.sign(message) },
    terms: { epochSeconds: 600, logOrigin: TEST_ORIGIN, mergeDelaySeconds: 60 },
  };
  const recorded = () => ledgerEvents(store, EPOCHS_CHAIN);
  return { certifier, deps, store, recorded };
}

describe('certifyEpoch', () => {
  it('records a certificate of the asked key, signed, for the deployment’s terms when the key’s holder asks', async () => {
    const { certifier, deps, recorded } = givenCertifier();
    const key = testKey();
    const certified = await certifyEpoch(deps, epochRequest(key, 'submit-action', TEST_NOW_MS - 1_000));
    const epoch = certified.ok ? parseEpoch(certified.value) : certified;
    if (!epoch.ok) throw new Error('expected a certificate');
    const { certificate, signature } = epoch.value;
    expect(certificate).toMatchObject({
      publicKey: key.publicKey,
      issuedTo: 'submit-action',
      notBeforeMs: TEST_NOW_MS - 1_000,
      notAfterMs: TEST_NOW_MS + 599_000,
      logOrigin: TEST_ORIGIN,
      mergeDelaySeconds: 60,
    });
    expect(isCertifiedBy(certificate, signature, certifier.publicKey)).toBe(true);
    expect(recorded().map(({ type }) => type)).toEqual(['epoch.certified']);
  });

  it('links certificates into one chain when several are asked for', async () => {
    const { deps, recorded } = givenCertifier();
    await certifyEpoch(deps, epochRequest(testKey(), 'submit-action', TEST_NOW_MS));
    await certifyEpoch(deps, epochRequest(testKey(), 'redeem-action', TEST_NOW_MS));
    expect(recorded().map(({ seq }) => seq)).toEqual([0, 1]);
  });

  it('certifies nothing when somebody asks for another’s key', async () => {
    const { deps, recorded } = givenCertifier();
    const request = { ...epochRequest(testKey(), 'submit-action', TEST_NOW_MS), publicKey: testKey().publicKey };
    expect(await certifyEpoch(deps, request)).toEqual({ ok: false, problem: { code: 'epoch_not_proved' } });
    expect(recorded()).toEqual([]);
  });

  it.each([-30_001, 30_001])('certifies nothing when the epoch is to begin %i ms from now', async (offsetMs) => {
    const { deps, recorded } = givenCertifier();
    const request = epochRequest(testKey(), 'submit-action', TEST_NOW_MS + offsetMs);
    expect(await certifyEpoch(deps, request)).toEqual({ ok: false, problem: { code: 'epoch_not_now' } });
    expect(recorded()).toEqual([]);
  });

  it('records the end of the key before when its holder says so', async () => {
    const { deps, recorded } = givenCertifier();
    const before = testKey();
    await certifyEpoch(deps, epochRequest(testKey(), 'submit-action', TEST_NOW_MS, retirement(before, 7)));
    expect(recorded().map(({ type }) => type)).toEqual(['epoch.retired', 'epoch.certified']);
    expect(recorded()[0]?.data).toMatchObject({ receipts: 7 });
  });

  it('certifies all the same when the end of another’s key is claimed', async () => {
    const { deps, recorded } = givenCertifier();
    const claimed = { ...retirement(testKey(), 7), publicKey: testKey().publicKey };
    const certified = await certifyEpoch(deps, epochRequest(testKey(), 'submit-action', TEST_NOW_MS, claimed));
    expect(certified.ok).toBe(true);
    expect(recorded().map(({ type }) => type)).toEqual(['epoch.certified']);
  });

  it('gives no certificate when it cannot be recorded', async () => {
    const { deps, store } = givenCertifier();
    store.failReads(100);
    await expect(certifyEpoch(deps, epochRequest(testKey(), 'submit-action', TEST_NOW_MS))).rejects.toThrow(
      'read failed',
    );
  });
});
