import { beforeEach, describe, expect, it, vi } from 'vitest';
import { runSequencer, SequencerStopped } from '../../../lambdas/sequence-ledger/run-sequencer.ts';
import { LogWorld } from '../../core/ledger/log/log-world.ts';
import { plainChain, rowsOf } from '../../core/ledger/sample-log.ts';
import { streamRecord } from '../../support/stream-record.ts';

const counted = new Map<string, number>();

vi.mock('../../../lambdas/shared/telemetry.ts', () => ({
  count: (name: string, occurrences = 1) => counted.set(name, (counted.get(name) ?? 0) + occurrences),
  logger: { error: () => undefined },
}));

beforeEach(() => counted.clear());

const AGENT = '111122223333:countersign-agent-a';
const ROWS = rowsOf([...plainChain('control', 3), ...plainChain(`agent/${AGENT}`, 4)]);
const LATEST_MS = Math.max(...ROWS.map((row) => row.timeMs));

function given(rows = ROWS) {
  const world = new LogWorld();
  world.ledger.rows.push(...rows);
  world.nowMs = LATEST_MS + 60_000;
  const directory = { agentIds: async () => [AGENT] };
  return { world, deps: { ports: world.ports(() => undefined), directory, mergeDelaySeconds: 600 } };
}

describe('runSequencer', () => {
  it('looks through every chain when the schedule calls it', async () => {
    const { deps, world } = given();
    const summary = await runSequencer(undefined, deps);
    expect(summary).toEqual({ size: 7, appended: 7, recovered: false, more: false });
    expect(world.verifiedEntries()).toHaveLength(7);
  });

  it('sequences what a stream batch delivers, once, when it is delivered again', async () => {
    const { deps } = given();
    const records = ROWS.map((row) => streamRecord(row));
    expect((await runSequencer(records, deps)).appended).toBe(7);
    expect((await runSequencer(records, deps)).appended).toBe(0);
  });

  it('counts a record that is no ledger row and goes on with the others', async () => {
    const { deps } = given();
    const [first, ...rest] = ROWS.map((row) => streamRecord(row));
    const summary = await runSequencer([{ ...first, eventName: 'MODIFY' }, ...rest], deps);
    expect(summary.appended).toBe(7);
    expect(Object.fromEntries(counted)).toEqual({ ArchiveMismatch: 1 });
  });

  it('takes in the chain of receipt keys when it looks through all chains', async () => {
    const { deps } = given(rowsOf(plainChain('epochs', 2)));
    expect((await runSequencer(undefined, deps)).appended).toBe(2);
  });

  it('counts a chain that is held back', async () => {
    const { deps } = given(ROWS.filter((row) => row.chain !== 'control' || row.seq !== 1));
    expect((await runSequencer(undefined, deps)).appended).toBe(5);
    expect(Object.fromEntries(counted)).toEqual({ LogChainHeld: 1 });
  });

  it('counts events that come into the log after the merge delay', async () => {
    const { deps, world } = given();
    world.nowMs = LATEST_MS + 3_600_000;
    await runSequencer(undefined, deps);
    expect(Object.fromEntries(counted)).toEqual({ LogOverdue: 1 });
  });

  it('counts events of a head that a failed run left unpublished until after the merge delay', async () => {
    const { world, deps } = given();
    const failing = { ...deps, ports: world.ports((name) => (name === 'sign' ? 'before' : undefined)) };
    await expect(runSequencer(undefined, failing)).rejects.toThrow('sign failed');
    world.nowMs += 590_000;
    await expect(runSequencer(undefined, failing)).rejects.toThrow('sign failed');
    expect(Object.fromEntries(counted)).toEqual({});
    world.nowMs += 20_000;
    expect(await runSequencer(undefined, deps)).toMatchObject({ recovered: true, appended: 0 });
    expect(Object.fromEntries(counted)).toEqual({ LogOverdue: 1 });
    await runSequencer(undefined, deps);
    expect(Object.fromEntries(counted)).toEqual({ LogOverdue: 1 });
  });

  it('fails, counts and signs nothing when the log is newer than the lock', async () => {
    const { deps, world } = given();
    await runSequencer(undefined, deps);
    world.store.items.clear();
    await expect(runSequencer(undefined, deps)).rejects.toThrow(SequencerStopped);
    await expect(runSequencer(undefined, deps)).rejects.toThrow('log_newer_than_lock');
    expect(Object.fromEntries(counted)).toEqual({ LogStopped: 2 });
  });
});
