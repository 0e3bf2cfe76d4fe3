import { describe, expect, it } from 'vitest';
import { receiptJson, signReceipt } from '../../../../core/ledger/receipt/receipt.ts';
import { receiptStanding } from '../../../../core/ledger/receipt/receipt-standing.ts';
import { verifyReceiptOffline } from '../../../../core/ledger/receipt/verify-receipt.ts';
import { TEST_NOW_MS } from '../../../support/deps.ts';
import { decidedEvent, givenReceipt, TEST_ORIGIN, testKey } from '../../../support/receipts.ts';

function check(given: ReturnType<typeof givenReceipt>, text = given.text) {
  return verifyReceiptOffline(text, { certificationKeys: [given.certifier.publicKey], logOrigin: TEST_ORIGIN });
}

describe('verifyReceiptOffline', () => {
  it('says what was recorded and by when the log holds it when everything holds', () => {
    const given = givenReceipt();
    expect(check(given)).toMatchObject({
      ok: true,
      value: {
        hash: given.event.hash,
        event: { type: 'action.decided', seq: 0 },
        epoch: { hash: given.epoch.hash },
        inLogByMs: TEST_NOW_MS + 60_000,
        certificateChecked: true,
        originChecked: true,
      },
    });
  });

  it('says what it did not check when no key and no origin are given', () => {
    const verified = verifyReceiptOffline(givenReceipt().text, {});
    expect(verified).toMatchObject({ ok: true, value: { certificateChecked: false, originChecked: false } });
  });

  it('accepts a certificate of an earlier key when both keys are trusted', () => {
    const given = givenReceipt();
    const certificationKeys = [testKey().publicKey, given.certifier.publicKey];
    expect(verifyReceiptOffline(given.text, { certificationKeys }).ok).toBe(true);
  });

  it.each([
    ['accepts what a retired key certified before', TEST_NOW_MS, undefined],
    ['refuses what a retired key certified after', TEST_NOW_MS - 1, 'certificate_key_retired'],
  ])('%s it was retired when both keys are trusted', (_does, untilMs, code) => {
    const given = givenReceipt();
    const verified = verifyReceiptOffline(given.text, {
      certificationKeys: [testKey().publicKey],
      retiredCertificationKeys: [{ publicKey: given.certifier.publicKey, untilMs }],
    });
    expect(verified.ok ? undefined : verified.problem.code).toBe(code);
  });

  it('refuses a certificate that a retired key dated back when it lasts longer than one of that time could', () => {
    const given = givenReceipt({ certificate: { notAfterMs: TEST_NOW_MS + 900_000 } });
    const untilMs = TEST_NOW_MS - 1_000_000;
    const retiredCertificationKeys = [{ publicKey: given.certifier.publicKey, untilMs }];
    expect(verifyReceiptOffline(given.text, { retiredCertificationKeys })).toMatchObject({
      problem: { code: 'certificate_key_retired', untilMs },
    });
  });

  it('refuses when another key certified the epoch', () => {
    const verified = verifyReceiptOffline(givenReceipt().text, { certificationKeys: [testKey().publicKey] });
    expect(verified).toMatchObject({ problem: { code: 'certificate_signature_invalid' } });
  });

  it('refuses when the log is another', () => {
    const verified = verifyReceiptOffline(givenReceipt().text, { logOrigin: 'other.example' });
    expect(verified).toMatchObject({ problem: { code: 'receipt_of_another_log', logOrigin: TEST_ORIGIN } });
  });

  it('refuses when a stolen key signs after its window', () => {
    const given = givenReceipt({ timeMs: TEST_NOW_MS + 900_001 });
    expect(check(given)).toMatchObject({ problem: { code: 'receipt_outside_epoch' } });
  });

  it('refuses when the event is older than the epoch', () => {
    const given = givenReceipt({ timeMs: TEST_NOW_MS - 1 });
    expect(check(given)).toMatchObject({ problem: { code: 'receipt_outside_epoch' } });
  });

  it.each([0, 900_000])('accepts when the event is at an end of the epoch (%i ms)', (offsetMs) => {
    expect(check(givenReceipt({ timeMs: TEST_NOW_MS + offsetMs })).ok).toBe(true);
  });

  it('refuses when the certificate was recorded after its end', () => {
    const given = givenReceipt({ certifiedAtMs: TEST_NOW_MS + 900_001 });
    expect(check(given)).toMatchObject({ problem: { code: 'certificate_late' } });
  });

  it.each([
    ['lasts longer than allowed', { notAfterMs: TEST_NOW_MS + 900_001 }],
    ['ends before it begins', { notAfterMs: TEST_NOW_MS - 1 }],
    ['has another id than its key', { epochId: 'f'.repeat(32) }],
    ['names no log', { logOrigin: '' }],
    ['promises no delay', { mergeDelaySeconds: 0 }],
  ])('refuses when the certificate %s', (_, certificate) => {
    expect(check(givenReceipt({ certificate }))).toMatchObject({ problem: { code: 'receipt_malformed' } });
  });

  it('refuses when another key signed under the epoch’s name', () => {
    const given = givenReceipt();
    const forged = signReceipt(given.event.entry, {
      certificate: given.certificate,
      epochEntry: given.epoch.entry,
      sign: testKey().sign,
    });
    const verified = check(given, JSON.stringify(receiptJson(forged)));
    expect(verified).toMatchObject({ problem: { code: 'receipt_signature_invalid' } });
  });

  it('refuses when the receipt names another key', () => {
    const given = givenReceipt();
    const text = given.text.replace(given.certificate.epochId, 'f'.repeat(32));
    expect(check(given, text)).toMatchObject({ problem: { code: 'receipt_key_differs' } });
  });

  it('refuses when the certificate’s entry is of another event', () => {
    const { receipt } = givenReceipt();
    const text = JSON.stringify(receiptJson({ ...receipt, epochEntry: decidedEvent().entry }));
    expect(verifyReceiptOffline(text, {})).toMatchObject({ problem: { code: 'receipt_malformed' } });
  });

  it.each(['', '[]', '{}', '{"v":"1"}'])('refuses when the text is `%s`', (text) => {
    expect(verifyReceiptOffline(text, {})).toMatchObject({ problem: { code: 'receipt_malformed' } });
  });
});

describe('receiptStanding', () => {
  const given = givenReceipt();
  const checked = check(given);
  const standing = (leaves: readonly string[], afterMs: number) => {
    if (!checked.ok) throw new Error('expected a receipt that holds');
    return receiptStanding(checked.value, (hash) => leaves.includes(hash), TEST_NOW_MS + afterMs);
  };
  const { event, epoch } = given;

  it('is in the log when event and certificate are', () => {
    expect(standing([event.hash, epoch.hash], 0)).toBe('in_log');
  });

  it('is not due when the merge delay still runs', () => {
    expect(standing([epoch.hash], 60_000)).toBe('not_due');
    expect(standing([event.hash], 60_000)).toBe('not_due');
  });

  it('is overdue when the delay is over and the event is missing', () => {
    expect(standing([epoch.hash], 60_001)).toBe('overdue');
  });

  it('is overdue for its certificate when only that is missing', () => {
    expect(standing([event.hash], 60_001)).toBe('certificate_overdue');
  });
});
