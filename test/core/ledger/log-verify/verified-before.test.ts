import { describe, expect, it } from 'vitest';
import { LOG_CHECK_NAMES } from '../../../../core/ledger/log-verify/check.ts';
import type { VerifyLogOptions } from '../../../../core/ledger/log-verify/options.ts';
import type { VerifiedState } from '../../../../core/ledger/log-verify/verified-state.ts';
import { formatVerifiedState, parseVerifiedState } from '../../../../core/ledger/log-verify/verified-state.ts';
import { verifyLog } from '../../../../core/ledger/log-verify/verify-log.ts';
import type { TestLog } from '../../../support/log-world.ts';
import { fileSource, fullOptions, headsOfEvents, honestLog, logFiles } from '../../../support/log-world.ts';
import { failed } from './changed-log.ts';

const whole = honestLog({ rounds: 230, every: 100 });

/** The same log when it had fewer entries. */
function at(size: number, log: TestLog = whole): TestLog {
  const events = log.events.slice(0, size);
  const sizes = [...log.sizes.filter((each) => each < size), size];
  return { ...log, events, sizes, files: logFiles(log.events, sizes, log.signers) };
}

async function verified(log: TestLog, before?: VerifiedState, changes: Partial<VerifyLogOptions> = {}) {
  let state: VerifiedState | undefined;
  const reads: string[] = [];
  const source = fileSource(log.files);
  const options: VerifyLogOptions = {
    ...fullOptions(log),
    heads: headsOfEvents(log.events),
    ...(before !== undefined && { verifiedBefore: before }),
    onVerified: (came) => {
      state = came;
    },
    ...changes,
  };
  const read = async (path: string) => {
    reads.push(path);
    return source.read(path);
  };
  return { report: await verifyLog({ ...source, read }, options), reads, state };
}

async function stateAt(size: number): Promise<VerifiedState> {
  const { state, report } = await verified(at(size));
  if (state === undefined) throw new Error(`expected a state, got ${JSON.stringify(report.findings)}`);
  return state;
}

describe('going on from an earlier verification', () => {
  it.each([100, 256, 300, 512, 700, whole.events.length])('comes to the same end when it was at %i', async (size) => {
    const kept = parseVerifiedState(formatVerifiedState(await stateAt(size)));
    if (!kept.ok) throw new Error(kept.problem);
    const again = await verified(whole, kept.value);
    const verifiedBefore = size - (size % 256);

    expect(again.report.findings).toEqual([]);
    expect(LOG_CHECK_NAMES.filter((check) => again.report.checks[check].status !== 'passed')).toEqual([]);
    expect(again.report).toMatchObject({ ok: true, counts: { verifiedBefore, chains: 4 } });
    expect(again.report.counts.entries).toBe(whole.events.length - verifiedBefore);
    expect(again.state).toEqual((await verified(whole)).state);
  });

  it('reads no entry that was verified before, and says so', async () => {
    const { reads, report } = await verified(whole, await stateAt(700));
    expect(reads.filter((path) => /^tile\/entries\/00[01]$/.test(path))).toEqual([]);
    expect(reads).toContain('tile/0/001');
    expect(report.checks.C5.notCovered).toEqual([expect.stringContaining('512 leaves verified before')]);
    expect(report.checks.C9.notCovered).not.toEqual([]);
  });

  it('fails C4 when what was verified before is not what the log begins with', async () => {
    const files = logFiles(whole.events.toReversed(), [whole.events.length], whole.signers);
    const { report, state } = await verified({ ...whole, files }, await stateAt(700), { maxFindings: 10_000 });
    expect(report.findings).toContainEqual(
      expect.objectContaining({ check: 'C4', code: 'root_differs', path: 'earlier verification' }),
    );
    expect(report.ok).toBe(false);
    expect(state).toBeUndefined();
  });

  it('fails C4 when the log is shorter than it was, or another one', async () => {
    const state = await stateAt(700);
    const shorter = await verified(at(300), state);
    expect(failed(shorter.report)['C4']).toMatchObject({ code: 'rolled_back', path: 'earlier verification' });
    const other = await verified(whole, { ...state, origin: 'other.example/log' });
    expect(failed(other.report)['C4']).toMatchObject({ code: 'origin_differs', path: 'earlier verification' });
  });

  it('follows chains and holds over the place where it goes on', async () => {
    const state = await stateAt(300);
    const [chain = '', tail] = [...state.tails].find(([name]) => name.startsWith('agent/')) ?? [];
    if (tail === undefined) throw new Error('expected an agent’s chain');
    const broken = { ...state, tails: new Map([...state.tails, [chain, { ...tail, hash: new Uint8Array(32) }]]) };
    expect(failed((await verified(whole, broken)).report)).toMatchObject({ C11: { code: 'prev' } });

    expect([...state.budgets.values()].some(({ holds }) => holds.size > 0)).toBe(true);
    const { report } = await verified(whole, { ...state, budgets: new Map() });
    expect(Object.keys(failed(report))).toEqual(['C12']);
  });

  it('is offered only when everything passed and nothing was skipped', async () => {
    expect((await verified(whole, undefined, { depth: 'links' })).state).toBeUndefined();
    expect((await verified(whole, undefined, { origin: 'other.example/log' })).state).toBeUndefined();
    expect((await verified(whole)).state?.size).toBe(768);
  });
});

describe('a state', () => {
  it('is refused when it is not one that a verification wrote', async () => {
    const text = formatVerifiedState(await stateAt(300));
    const changes: readonly (readonly [from: string, to: string])[] = [
      ['"v":"1"', '"v":"2"'],
      ['"size":256', '"size":255'],
      ['"size":256', '"size":"256"'],
      ['"root":"', '"root":"x'],
      ['"seq":', '"seq":-1'],
      ['"microUsd":"', '"microUsd":"0x'],
      ['"chains":', '"chain":'],
    ];
    for (const [from, to] of changes) {
      expect(text).toContain(from);
      expect(parseVerifiedState(text.replace(from, to)).ok, `${from} as ${to}`).toBe(false);
    }
    for (const other of ['', 'null', '[]', '{}']) expect(parseVerifiedState(other).ok, other).toBe(false);
  });
});
