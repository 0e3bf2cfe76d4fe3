import { describe, expect, it } from 'vitest';
import { plainChain, rowsOf } from '../sample-log.ts';
import { differences, LIMITS, LogWorld } from './log-world.ts';

const ROWS = rowsOf([...plainChain('control', 6), ...plainChain('agent/a', 7)]);
const CHAINS = { chains: ['control', 'agent/a'] };

async function sequencedWorld(): Promise<LogWorld> {
  const world = new LogWorld();
  world.ledger.rows.push(...ROWS);
  await world.run(CHAINS);
  return world;
}

/** A world whose lock is at 13 while the checkpoint that is public has size 0: signing failed. */
async function unpublishedWorld(): Promise<LogWorld> {
  const world = new LogWorld();
  world.ledger.rows.push(...ROWS);
  await expect(world.run(CHAINS, (name) => (name === 'sign' ? 'before' : undefined))).rejects.toThrow('sign');
  return world;
}

const keyLike = (world: LogWorld, prefix: string) =>
  [...world.objects.keys()].find((key) => key.startsWith(prefix)) ?? '';

describe('sequenceLog', () => {
  it('orders a batch by chain and sequence number whatever the order of delivery', async () => {
    const world = new LogWorld();
    world.ledger.rows.push(...ROWS);
    await world.run({ delivered: [...ROWS].reverse() });
    const places = world.verifiedEntries().map((entry) => JSON.parse(entry).chain);
    expect(places).toEqual([...Array(7).fill('agent/a'), ...Array(6).fill('control')]);
    expect(differences(world.verifiedEntries(), ROWS)).toEqual([]);
  });

  it('reads no row from the ledger when the delivered ones go on where the chain stands', async () => {
    const world = new LogWorld();
    world.ledger.rows.push(...ROWS);
    const before = world.ledger.reads;
    await world.run({ delivered: ROWS }, undefined, LIMITS);
    expect(world.ledger.reads).toBe(before);
    expect(world.verifiedEntries()).toHaveLength(ROWS.length);
  });

  it('holds back what follows a gap and goes on with other chains', async () => {
    const world = new LogWorld();
    world.ledger.rows.push(...ROWS.filter((row) => row.chain !== 'control' || row.seq !== 2));
    const result = await world.run(CHAINS);
    const held = [{ code: 'ledger_gap', chain: 'control', fromSeq: 2 }];
    expect(result).toMatchObject({ ok: true, value: { size: 9, held } });
  });

  it('holds back a row that does not name the hash before it', async () => {
    const world = new LogWorld();
    world.ledger.rows.push(...ROWS.map((row) => (row.seq === 4 ? { ...row, prev: '0'.repeat(64) } : row)));
    const held = [{ code: 'ledger_link', chain: 'control', fromSeq: 4 }];
    expect(await world.run({ chains: ['control'] })).toMatchObject({ ok: true, value: { size: 4, held } });
  });

  it('refuses when the checkpoint is newer than the lock', async () => {
    const world = await sequencedWorld();
    world.store.set({ entity: 'logLock' }, { ...world.store.get({ entity: 'logLock' }), size: 5 });
    expect(await world.run(CHAINS)).toMatchObject({ problem: { code: 'log_newer_than_lock' } });
  });

  it('refuses when the checkpoint has another root than the lock', async () => {
    const world = await sequencedWorld();
    world.store.set({ entity: 'logLock' }, { ...world.store.get({ entity: 'logLock' }), root: 'ff' });
    expect(await world.run(CHAINS)).toMatchObject({ problem: { code: 'log_root_differs' } });
  });

  it('refuses a checkpoint that the log did not sign', async () => {
    const world = await sequencedWorld();
    world.objects.set('checkpoint', new TextEncoder().encode('test.example/log\n13\nff\n\nff\n'));
    expect(await world.run(CHAINS)).toMatchObject({ problem: { code: 'checkpoint_unreadable' } });
  });

  it('refuses to sign a head whose staged files are gone or altered', async () => {
    const world = await unpublishedWorld();
    const key = keyLike(world, 'staging/');
    const bytes = world.objects.get(key) ?? new Uint8Array();
    world.objects.set(key, bytes.slice(0, -1));
    expect(await world.run(CHAINS)).toMatchObject({ problem: { code: 'staging_differs' } });
    world.objects.delete(key);
    expect(await world.run(CHAINS)).toMatchObject({ problem: { code: 'staging_missing' } });
    expect(world.objects.has('checkpoint')).toBe(false);
  });

  it('refuses to publish over a full tile that holds other bytes', async () => {
    const world = await unpublishedWorld();
    world.objects.set('tile/0/0', Uint8Array.of(1));
    expect(await world.run(CHAINS)).toMatchObject({ problem: { code: 'file_differs' } });
    expect(world.objects.has('checkpoint')).toBe(false);
  });

  it('refuses to append to an edge that is gone or does not have the root of the lock', async () => {
    const world = await sequencedWorld();
    world.ledger.rows.push(...rowsOf(plainChain('agent/b', 1)));
    const path = 'tile/0/3.p/1';
    world.objects.set(path, world.objects.get('tile/1/0.p/3') ?? new Uint8Array());
    expect(await world.run({ chains: ['agent/b'] })).toMatchObject({ problem: { code: 'edge_differs' } });
    world.objects.delete(path);
    expect(await world.run({ chains: ['agent/b'] })).toMatchObject({ problem: { code: 'edge_missing' } });
  });

  it('states the same time however often a head is signed', async () => {
    const world = await unpublishedWorld();
    const time = world.store.get({ entity: 'logLock' })?.['time'];
    world.nowMs += 60_000;
    await world.run(CHAINS);
    expect(new TextDecoder().decode(world.objects.get('checkpoint'))).toContain(`\n${time}\n`);
  });

  it('keeps staging, full tiles and the history of checkpoints locked, and nothing else', async () => {
    const world = await sequencedWorld();
    const open = [...world.objects.keys()].filter((key) => !world.locked.has(key));
    expect(open.every((key) => key === 'checkpoint' || key.includes('.p/'))).toBe(true);
    expect([...world.locked].some((key) => key.includes('.p/'))).toBe(false);
  });
});
