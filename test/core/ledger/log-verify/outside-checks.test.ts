import { describe, expect, it } from 'vitest';
import { agentChain } from '../../../../core/ledger/event.ts';
import type { LogCheck } from '../../../../core/ledger/log-verify/check.ts';
import { LOG_CHECK_NAMES } from '../../../../core/ledger/log-verify/check.ts';
import type { VerifyLogOptions } from '../../../../core/ledger/log-verify/options.ts';
import { verifyLog } from '../../../../core/ledger/log-verify/verify-log.ts';
import { certificateMessage, epochIdOf } from '../../../../core/ledger/receipt/certificate.ts';
import { certifiedData, EPOCHS_CHAIN } from '../../../../core/ledger/receipt/epoch.ts';
import { receiptJson, signReceipt } from '../../../../core/ledger/receipt/receipt.ts';
import { fileSource, fullOptions, headsOfEvents, logKeyOf } from '../../../support/log-world.ts';
import { certificateOf, testKey } from '../../../support/receipts.ts';
import { failed, honest, lastEvent, nextEvent, verifyChanged } from './changed-log.ts';

const heads = headsOfEvents(honest.events);
const control = heads.get('control') ?? { seq: -1, hash: '' };
const withHead = (chain: string, head: typeof control | undefined) => {
  const changed = new Map(heads);
  if (head === undefined) changed.delete(chain);
  else changed.set(chain, head);
  return changed;
};
const unchanged = () => undefined;

describe('C3', () => {
  const { witnessViews = [] } = fullOptions(honest);
  const unanswered = [{ name: 'three.witness.example', why: 'fetch failed' }];

  it('passes and names the witness that did not answer when enough others did', async () => {
    const asked = { witnessViews: witnessViews.slice(0, 2), askedWitnesses: { unanswered, isEnough: true } };
    const { ok, checks } = await verifyChanged(unchanged, asked);
    expect([ok, checks.C3.status]).toEqual([true, 'passed']);
    expect(checks.C3.notCovered).toEqual(['the tree that `three.witness.example` holds: fetch failed']);
  });

  it.each([0, 1])('is not checked, and the whole not in order, when %i answered and more are needed', async (count) => {
    const asked = { witnessViews: witnessViews.slice(0, count), askedWitnesses: { unanswered, isEnough: false } };
    const { ok, findings, checks } = await verifyChanged(unchanged, asked);
    expect([ok, findings, checks.C3.status]).toEqual([false, [], 'not_checked']);
  });
});

describe('C14', () => {
  it.each([
    ['is behind the log', { ...control, seq: control.seq - 1 }, 'head_behind'],
    ['has another hash', { ...control, hash: 'ab'.repeat(32) }, 'head_differs'],
    ['is gone', undefined, 'head_missing'],
    ['is of an event that should be there by now', { ...control, seq: control.seq + 1, timeMs: 1 }, 'head_not_in_log'],
  ])('fails alone, at the chain, when its head %s', async (_, head, code) => {
    const report = await verifyChanged(unchanged, { heads: withHead('control', head) });
    expect(report.findings).toMatchObject([{ check: 'C14', code, chain: 'control' }]);
    expect(report.ok).toBe(false);
  });

  it('fails when the log knows nothing of a chain that has a head', async () => {
    const unknown = withHead(agentChain('erased'), { seq: 3, hash: 'ab'.repeat(32), timeMs: 1 });
    const report = await verifyChanged(unchanged, { heads: unknown });
    expect(report.findings).toMatchObject([{ check: 'C14', code: 'head_not_in_log', chain: 'agent/erased' }]);
  });

  it('passes when a head is of an event that may still be on its way', async () => {
    const ahead = withHead('control', { ...control, seq: control.seq + 1, timeMs: lastEvent.timeMs });
    const report = await verifyChanged(unchanged, { heads: ahead });
    expect(report.checks.C14).toEqual({ status: 'passed', findings: 0, notCovered: [] });
  });

  it('says that it cannot tell when the time of such a head is not known', async () => {
    const ahead = withHead('control', { seq: control.seq + 1, hash: control.hash });
    const report = await verifyChanged(unchanged, { heads: ahead });
    expect(report.findings).toEqual([]);
    expect(report.checks.C14.notCovered).toEqual([expect.stringContaining('1 heads ahead')]);
  });
});

const { certifier, epoch } = honest.signers;
const certificate = certificateOf(epoch, { notBeforeMs: honest.events[0]?.timeMs ?? 0 });

/** A receipt as text; each part may be another than it should. */
function receiptOf(
  entry: Uint8Array,
  parts: { readonly key?: ReturnType<typeof testKey>; readonly by?: typeof certifier } = {},
) {
  const { key = epoch, by = certifier } = parts;
  const own = { ...certificate, publicKey: key.publicKey, epochId: epochIdOf(key.publicKey) };
  const recorded =
    parts.key === undefined && parts.by === undefined
      ? (honest.events[0]?.entry ?? new Uint8Array())
      : nextEvent(
          EPOCHS_CHAIN,
          { type: 'epoch.certified', data: certifiedData(own, by.sign(certificateMessage(own))) },
          { timeMs: own.notBeforeMs, lastTimeMs: 0 },
        ).entry;
  const receipt = signReceipt(entry, { certificate: own, epochEntry: recorded, sign: key.sign });
  return [{ path: 'receipts/one.json', text: JSON.stringify(receiptJson(receipt)) }];
}

describe('C15', () => {
  it('fails alone when a receipt’s event is not in the log after the merge delay', async () => {
    const { timeMs = 0 } = honest.events[3] ?? {};
    const dropped = nextEvent(agentChain('dropped'), {}, { timeMs });
    const report = await verifyChanged(unchanged, { receipts: receiptOf(dropped.entry) });
    const at = { chain: 'agent/dropped', path: 'receipts/one.json', expected: `leaf ${dropped.hash}` };
    expect(report.findings).toMatchObject([{ check: 'C15', code: 'receipt_not_in_log', ...at }]);
  });

  it('passes, and says that it waits, when the merge delay is not over', async () => {
    const fresh = nextEvent(agentChain('fresh'), {}, { timeMs: lastEvent.timeMs });
    const report = await verifyChanged(unchanged, { receipts: receiptOf(fresh.entry) });
    expect(report.findings).toEqual([]);
    expect(report.checks.C15.notCovered).toEqual([expect.stringContaining('1 receipts')]);
  });

  it('fails when the log keeps back the certificate of the key that signed', async () => {
    const entry = honest.events[3]?.entry ?? new Uint8Array();
    const report = await verifyChanged(unchanged, { receipts: receiptOf(entry, { key: testKey() }) });
    expect(failed(report)).toMatchObject({ C15: { code: 'certificate_not_in_log' } });
  });
});

describe('C16', () => {
  it('fails when somebody else certified the key', async () => {
    const entry = honest.events[3]?.entry ?? new Uint8Array();
    const report = await verifyChanged(unchanged, { receipts: receiptOf(entry, { by: testKey() }) });
    expect(failed(report)).toEqual({
      C16: { code: 'certificate_signature_invalid', path: 'receipts/one.json' },
    });
  });

  it('fails alone when the event’s time is outside of the certified window', async () => {
    const late = nextEvent(agentChain('late'), {}, { timeMs: certificate.notAfterMs + 1 });
    const report = await verifyChanged(unchanged, { receipts: receiptOf(late.entry) });
    expect(failed(report)).toEqual({ C16: { code: 'receipt_outside_epoch', path: 'receipts/one.json' } });
  });

  it('fails alone when the text is no receipt', async () => {
    const report = await verifyChanged(unchanged, { receipts: [{ path: 'receipts/one.json', text: '{}' }] });
    expect(failed(report)).toEqual({ C16: { code: 'receipt_malformed', path: 'receipts/one.json' } });
  });
});

describe('a report', () => {
  /** What each check needs that a caller may leave out. */
  const needs: readonly (readonly [LogCheck, readonly (keyof VerifyLogOptions)[]])[] = [
    ['C2', ['witnesses']],
    ['C3', ['maxAgeSeconds', 'witnessViews']],
    ['C7', ['verifyTimestamp']],
    ['C14', ['heads']],
    ['C15', ['receipts']],
    ['C16', ['receipts']],
  ];

  it.each(needs)('names %s as not checked, and why, when %s is not given', async (check, names) => {
    const given = Object.entries(fullOptions(honest)).filter(([name]) => !names.some((each) => each === name));
    const options = { ...Object.fromEntries(given), logKeys: [logKeyOf(honest.signers)] };
    const report = await verifyLog(fileSource(honest.files), options);
    expect(report.checks[check].status).toBe('not_checked');
    expect(report.checks[check].notCovered).not.toEqual([]);
    expect(report.ok).toBe(true);
  });

  it('is in order only when everything that was given could be used', async () => {
    for (const check of LOG_CHECK_NAMES) {
      const report = await verifyChanged(unchanged, { unpinned: new Map([[check, 'the log’s own']]) });
      expect(report.checks[check].status, check).toBe('not_checked');
      const isOwn = ['C1', 'C2', 'C7'].includes(check);
      expect(report.ok, check).toBe(isOwn);
    }
  });

  it('counts all findings and holds the first', async () => {
    const report = await verifyChanged((files) => files.set('tile/0/000', new Uint8Array(256 * 32)), {
      maxFindings: 3,
    });
    expect(report.findings.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(report.findingCount).toBeGreaterThanOrEqual(256);
  });
});
