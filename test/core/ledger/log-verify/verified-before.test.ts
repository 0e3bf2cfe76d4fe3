import { describe, expect, it } from 'vitest';
import { LOG_CHECK_NAMES } from '../../../../core/ledger/log-verify/check.ts';
import { writeUlid } from '../../../../core/ledger/log-verify/entry-scan.ts';
import type { VerifyLogOptions } from '../../../../core/ledger/log-verify/options.ts';
import type { VerifiedState } from '../../../../core/ledger/log-verify/verified-state.ts';
import { formatVerifiedState, parseVerifiedState } from '../../../../core/ledger/log-verify/verified-state.ts';
import { verifyLog } from '../../../../core/ledger/log-verify/verify-log.ts';
import { TEST_NOW_MS } from '../../../support/deps.ts';
import type { TestLog } from '../../../support/log-world.ts';
import {
  fileSource,
  fullOptions,
  headsOfEvents,
  honestLog,
  keptPath,
  logFiles,
  signedCheckpoint,
} from '../../../support/log-world.ts';
import { failed } from './changed-log.ts';

const whole = honestLog({ rounds: 230, every: 100 });

/** The same log when it had fewer entries. */
function at(size: number, log: TestLog = whole): TestLog {
  const events = log.events.slice(0, size);
  const sizes = [...log.sizes.filter((each) => each < size), size];
  return { ...log, events, sizes, files: logFiles(log.events, sizes, log.signers) };
}

function changedFile(path: string, change: (bytes: Uint8Array) => void): Map<string, Uint8Array> {
  const bytes = (whole.files.get(path) ?? new Uint8Array()).slice();
  change(bytes);
  return new Map(whole.files).set(path, bytes);
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
    const state = await stateAt(size);
    const kept = parseVerifiedState(formatVerifiedState(state), Buffer.concat([state.ids, Buffer.from('more')]));
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
    const previous = new TextDecoder().decode(
      [...at(600).files].findLast(([path]) => path.startsWith('checkpoint'))?.[1],
    );
    const { reads, report } = await verified(whole, await stateAt(700), { receipts: [], previous });
    expect(reads.filter((path) => /^tile\/entries\/00[01]$/.test(path))).toEqual([]);
    expect(reads.filter((path) => /^tile\/0\/00[01]$/.test(path))).toEqual([]);
    expect(report.wentOnFrom).toMatchObject({ size: 512, isReread: false, keptTakenOver: 5 });
    expect(report.wentOnFrom?.proofHashes).toBeGreaterThan(0);
    expect(report.checks.C5.notCovered).toEqual([expect.stringContaining('512 leaves verified before')]);
  });

  it('fails C4 when what was verified before is not what the log begins with', async () => {
    const files = logFiles(whole.events.toReversed(), [whole.events.length], whole.signers);
    const { report, state } = await verified({ ...whole, files }, await stateAt(700), { maxFindings: 10_000 });
    for (const code of ['not_consistent', 'root_differs'])
      expect(report.findings).toContainEqual(
        expect.objectContaining({ check: 'C4', code, path: 'earlier verification' }),
      );
    expect([report.ok, report.wentOnFrom, report.counts.verifiedBefore]).toEqual([false, undefined, 0]);
    expect(state).toBeUndefined();
  });

  it('does not see a change of an entry it does not read again, names it so, and sees it when it reads again', async () => {
    const state = await stateAt(700);
    const files = changedFile('tile/entries/000', (bytes) => bytes.reverse());
    const { report } = await verified({ ...whole, files }, state);
    expect(report).toMatchObject({ ok: true, findings: [] });
    expect(report.checks.C5.notCovered).toEqual([expect.stringContaining('not read again')]);
    const again = await verified({ ...whole, files }, state, { isReread: true });
    expect(failed(again.report)['C5']).toMatchObject({ path: 'tile/entries/000' });
    expect(again.report).toMatchObject({ ok: false, wentOnFrom: { size: 512, isReread: true, keptTakenOver: 0 } });
    expect(again.report.checks.C9.notCovered).toEqual([]);
  });

  it('passes and covers all of C4 to C6 and C9 when it reads an honest log again', async () => {
    const { report, state } = await verified(whole, await stateAt(700), { isReread: true });
    expect(report).toMatchObject({ ok: true, counts: { verifiedBefore: 0, entries: whole.events.length } });
    for (const check of ['C4', 'C5', 'C6', 'C9'] as const) expect(report.checks[check].notCovered).toEqual([]);
    expect(state).toEqual((await verified(whole)).state);
  });

  it('reads everything when the tiles to go on with are not those of then, and finds what is wrong with them', async () => {
    const path = [...whole.files.keys()].find((each) => each.startsWith('tile/1/')) ?? '';
    for (const [code, files] of [
      ['tile_differs', changedFile(path, (bytes) => bytes.fill(0, 0, 32))],
      ['tile_missing', new Map([...whole.files].filter(([each]) => each !== path))],
    ] as const) {
      const { report } = await verified({ ...whole, files }, await stateAt(700));
      expect(report).toMatchObject({ ok: false, counts: { verifiedBefore: 0 } });
      expect(failed(report)).toMatchObject({ C6: { code, path } });
    }
  });

  it('fails C4 when a kept checkpoint of what is not read again came in since, with another root', async () => {
    const root = new Uint8Array(32).fill(9);
    const path = keptPath(150, root);
    const note = signedCheckpoint(150, root, { signers: whole.signers, timeSeconds: TEST_NOW_MS / 1_000 + 200 });
    const files = new Map([...whole.files, [path, note]]);
    const { report } = await verified({ ...whole, files }, await stateAt(700), { maxFindings: 10_000 });
    expect(report.findings).toContainEqual(expect.objectContaining({ check: 'C4', code: 'not_consistent', path }));
    expect(report.findings.filter(({ check }) => check === 'C4')).toHaveLength(1);
  });

  it('fails C4 when the caller kept a checkpoint of what is not read again that the log does not extend', async () => {
    const timeSeconds = TEST_NOW_MS / 1_000;
    const note = signedCheckpoint(150, new Uint8Array(32).fill(9), { signers: whole.signers, timeSeconds });
    const previous = new TextDecoder().decode(note);
    const { report } = await verified(whole, await stateAt(700), { previous });
    expect(failed(report)).toEqual({ C4: { code: 'not_consistent', path: 'previous checkpoint' } });
  });

  it('looks for receipts in what is not read again, and believes a proof alone', async () => {
    const state = await stateAt(700);
    const { report, reads } = await verified(whole, state);
    expect([report.checks.C15.status, whole.receipts.length > 0]).toEqual(['passed', true]);
    expect(reads.filter((path) => path.startsWith('tile/entries/000'))).toEqual([]);

    const hash = Buffer.from(whole.events[7]?.hash ?? '', 'hex');
    const [from, to] = [7 * 32, 300 * 32 - 256 * 32];
    const gone = changedFile('tile/0/000', (bytes) => bytes.fill(0, from, from + 32));
    const planted = new Map(gone).set('tile/0/001', (whole.files.get('tile/0/001') ?? new Uint8Array()).slice());
    planted.get('tile/0/001')?.set(hash, to);
    for (const files of [gone, planted])
      expect((await verified({ ...whole, files }, state)).report.findings).toContainEqual(
        expect.objectContaining({ check: 'C15', code: 'receipt_not_in_log', path: 'receipts/7.json' }),
      );
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

  it('fails C9 when a later event has the id of one it does not read again', async () => {
    const state = await stateAt(700);
    const late = whole.events[720]?.id ?? '';
    const ids = state.ids.slice();
    writeUlid(Buffer.from(late), 0, ids, 16 * 3);
    expect(failed((await verified(whole, { ...state, ids })).report)).toEqual({
      C9: { code: 'id_repeated', index: 720 },
    });
  });

  it('is offered only when everything passed and nothing was skipped', async () => {
    expect((await verified(whole, undefined, { depth: 'links' })).state).toBeUndefined();
    expect((await verified(whole, undefined, { origin: 'other.example/log' })).state).toBeUndefined();
    expect((await verified(whole)).state?.size).toBe(768);
  });
});

describe('a state', () => {
  it('is refused when it is not one that a verification wrote', async () => {
    const state = await stateAt(300);
    const text = formatVerifiedState(state);
    expect(parseVerifiedState(text, state.ids).ok).toBe(true);
    for (const ids of [state.ids.slice(0, -1), state.ids.slice().reverse(), new Uint8Array()])
      expect(parseVerifiedState(text, ids).ok).toBe(false);
    const changes: readonly (readonly [from: string, to: string])[] = [
      ['"v":"2"', '"v":"1"'],
      ['"size":256', '"size":255'],
      ['"size":256', '"size":"256"'],
      ['"root":"', '"root":"x'],
      ['"kept":"', '"kept":"x'],
      ['"ids":"', '"ids":"x'],
      ['"seq":', '"seq":-1'],
      ['"microUsd":"', '"microUsd":"0x'],
      ['"chains":', '"chain":'],
    ];
    for (const [from, to] of changes) {
      expect(text).toContain(from);
      expect(parseVerifiedState(text.replace(from, to), state.ids).ok, `${from} as ${to}`).toBe(false);
    }
    for (const other of ['', 'null', '[]', '{}']) expect(parseVerifiedState(other, state.ids).ok, other).toBe(false);
  });
});
