import { describe, expect, it } from 'vitest';
import { localDigester } from '../../../../core/ledger/log-verify/bundle-source.ts';
import type { LogReport } from '../../../../core/ledger/log-verify/check.ts';
import { LOG_CHECK_NAMES } from '../../../../core/ledger/log-verify/check.ts';
import type { BundleJob } from '../../../../core/ledger/log-verify/digest-bundle.ts';
import type { VerifyLogOptions } from '../../../../core/ledger/log-verify/options.ts';
import { LogUnreadable, verifyLog } from '../../../../core/ledger/log-verify/verify-log.ts';
import type { TestLog } from '../../../support/log-world.ts';
import { fileSource, fullOptions, honestLog, logKeyOf, logSigners } from '../../../support/log-world.ts';

const honest = honestLog();
const verify = (log: TestLog, changes: Partial<VerifyLogOptions> = {}) =>
  verifyLog(fileSource(log.files), { ...fullOptions(log), ...changes });
const changed = (change: (files: Map<string, Uint8Array>) => void): TestLog => {
  const files = new Map([...honest.files].map(([path, bytes]) => [path, bytes.slice()]));
  change(files);
  return { ...honest, files };
};
const codes = (report: LogReport) => report.findings.map(({ check, code }) => `${check} ${code}`);

describe('a whole log', () => {
  it('passes every check when everything is given', async () => {
    const report = await verify(honest);

    expect(report.findings).toEqual([]);
    expect(LOG_CHECK_NAMES.filter((check) => report.checks[check].status !== 'passed')).toEqual([]);
    expect(LOG_CHECK_NAMES.flatMap((check) => report.checks[check].notCovered)).toEqual([]);
    expect(report).toMatchObject({ ok: true, size: honest.events.length, counts: { chains: 4, receipts: 3 } });
  });

  it('names what was not checked when nothing but a key of its own is given', async () => {
    const report = await verifyLog(fileSource(honest.files), {
      logKeys: [logKeyOf(honest.signers)],
      unpinned: new Map([['C1', 'the key is the log’s own copy']]),
    });

    const open = LOG_CHECK_NAMES.filter((check) => report.checks[check].status === 'not_checked');
    expect(open).toEqual(['C1', 'C2', 'C3', 'C7', 'C14', 'C15', 'C16']);
    expect(open.filter((check) => report.checks[check].notCovered.length === 0)).toEqual([]);
    expect(report.checks.C4).toMatchObject({
      status: 'passed',
      notCovered: [expect.stringContaining('earlier checkpoint')],
    });
    expect(report.ok).toBe(true);
  });

  it('follows chains, and says that the rest was not looked at, when the contents of events are skipped', async () => {
    const report = await verify(honest, { depth: 'links' });
    const open = LOG_CHECK_NAMES.filter((check) => report.checks[check].status === 'not_checked');
    expect(open).toEqual(['C8', 'C12']);
    for (const check of ['C8', 'C12'] as const)
      expect(report.checks[check].notCovered).toEqual([expect.stringContaining('skipped')]);
    expect(report.ok).toBe(true);
  });

  it('reads no event when only hashes are asked for', async () => {
    const report = await verify(honest, { depth: 'hash' });
    const open = LOG_CHECK_NAMES.filter((check) => report.checks[check].status === 'not_checked');
    expect(open).toEqual(['C8', 'C9', 'C10', 'C11', 'C12', 'C13', 'C14']);
    expect(report.ok).toBe(false);
  });

  it.each(LOG_CHECK_NAMES)('is not in order, and says why, when %s is switched off', async (check) => {
    const report = await verify(honest, { withoutChecks: new Set([check]) });
    expect(report).toMatchObject({ ok: false, findingCount: 0 });
    expect(report.checks[check]).toMatchObject({ status: 'not_checked', notCovered: ['switched off'] });
  });

  it('finds nothing by a check that is switched off, and the rest by the others', async () => {
    const log = changed((files) => {
      const bytes = files.get('tile/entries/000');
      if (bytes !== undefined) bytes[40] = 0;
    });
    const seen = new Set(codes(await verify(log)).map((code) => code.slice(0, 2)));
    const rest = new Set(codes(await verify(log, { withoutChecks: new Set(['C5']) })).map((code) => code.slice(0, 2)));
    expect([...seen]).toContain('C5');
    expect(rest).toEqual(new Set([...seen].filter((check) => check !== 'C5')));
  });

  it('tells progress up to the last entry', async () => {
    const seen: number[] = [];
    await verify(honest, { onProgress: (entries) => seen.push(entries) });
    expect(seen.at(-1)).toBe(honest.events.length);
  });

  it('never holds more bundles than are asked for at once, whatever its size', async () => {
    const large = honestLog({ rounds: 800, every: 1_000 });
    const source = fileSource(large.files);
    const [bundles, atOnce] = [Math.ceil(large.events.length / 256), 3];
    expect(bundles).toBeGreaterThan(atOnce * 3);
    let done = 0;
    let most = 0;
    const digester = {
      inFlight: atOnce,
      digest: async (job: BundleJob) => {
        most = Math.max(most, job.n + 1 - done);
        return localDigester(source).digest(job);
      },
    };
    const onProgress = (entries: number) => {
      done = Math.floor(entries / 256);
    };
    const report = await verifyLog(source, { ...fullOptions(large), onProgress }, digester);
    expect(report).toMatchObject({ ok: true, counts: { entries: large.events.length } });
    expect(most).toBe(atOnce);
  });

  it('is unreadable when there is no checkpoint', async () => {
    const log = changed((files) => files.delete('checkpoint'));
    await expect(verify(log)).rejects.toThrow(LogUnreadable);
  });

  it('passes when an older size is read from files of a larger one', async () => {
    const log = changed((files) => {
      const [at] = honest.sizes.slice(-2);
      const path = [...files.keys()].find((name) => name.startsWith(`checkpoints/${String(at).padStart(16, '0')}-`));
      const earlier = files.get(path ?? '');
      if (earlier !== undefined) files.set('checkpoint', earlier);
    });
    const options = { isLive: true, maxAgeSeconds: 3_600, witnessViews: [] };
    const heads = new Map([...(fullOptions(honest).heads ?? [])]);
    const report = await verify(log, { ...options, heads });
    expect(codes(report).filter((code) => !code.startsWith('C5'))).toEqual([]);
  });
});

describe('a checkpoint', () => {
  it('fails C1 when another key signed it', async () => {
    expect(codes(await verify(honest, { logKeys: [logKeyOf(logSigners())] }))).toContain('C1 note_unsigned');
  });

  it('fails C1 when its origin is not the expected one', async () => {
    expect(codes(await verify(honest, { origin: 'other.example/log' }))).toEqual(['C1 origin_differs']);
  });

  it('fails C1 alone when it is no checkpoint', async () => {
    const report = await verify(changed((files) => files.set('checkpoint', Buffer.from('hello\n'))));
    expect(codes(report)).toEqual(['C1 note_malformed']);
    expect(report.ok).toBe(false);
  });

  it('fails C3 when its newest cosignature is old, or from the future', async () => {
    const { nowMs = 0 } = fullOptions(honest);
    expect(codes(await verify(honest, { nowMs: nowMs + 120_000 }))).toEqual(['C3 stale']);
    expect(codes(await verify(honest, { nowMs: nowMs - 120_000 }))).toEqual(['C3 from_the_future']);
  });
});
