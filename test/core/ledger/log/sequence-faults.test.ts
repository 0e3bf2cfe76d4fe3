import { describe, expect, it } from 'vitest';
import { plainChain, rowsOf } from '../sample-log.ts';
import type { Fault } from './log-world.ts';
import { differences, LogWorld } from './log-world.ts';

const FIRST = rowsOf([...plainChain('agent/a', 3), ...plainChain('control', 2)]);
const LATER = rowsOf([...plainChain('agent/b', 9), ...plainChain('agent/c', 7)]);
const CHAINS = { chains: ['agent/a', 'control', 'agent/b', 'agent/c'] };

async function startedWorld(): Promise<LogWorld> {
  const world = new LogWorld(undefined, true);
  world.ledger.rows.push(...FIRST);
  await world.run(CHAINS);
  world.ledger.rows.push(...LATER);
  return world;
}

/** Every write of an undisturbed run, by name. */
async function writeNames(): Promise<readonly string[]> {
  const names: string[] = [];
  await (await startedWorld()).run(CHAINS, (name) => {
    names.push(name);
    return undefined;
  });
  return names;
}

/** What there is besides the last head: a cosignature, a timestamp, a copy for SQL. */
function besideHead({ objects }: LogWorld) {
  const note = new TextDecoder().decode(objects.get('checkpoint'));
  const [, size, rootHex] = note.split('\n');
  const kept = `checkpoints/${String(size).padStart(16, '0')}-${rootHex}`;
  return {
    cosigned: note.includes('— witness'),
    stamped: objects.has(`${kept}.tsr`),
    copied: objects.has(`projection/${size}`),
  };
}

const NAMES = await writeNames();
const TABLE = NAMES.flatMap((name, index) =>
  (['before', 'after'] as const).map((fault): [string, Fault, number] => [name, fault, index]),
);

describe('sequenceLog', () => {
  it('writes in the order that recovery depends on', () => {
    const kinds = NAMES.map((name) => name.replace(/\/.*/, ''));
    expect([...new Set(kinds)]).toEqual([
      ...['staging', 'transaction', 'tile', 'sign', 'cosign', 'checkpoints', 'stamp'],
      ...['projection', 'checkpoint'],
    ]);
  });

  it.each(TABLE)('loses and repeats nothing when %s fails %s it took effect (write %i)', async (name, fault, index) => {
    const world = await startedWorld();
    let writes = 0;
    const failing = world.run(CHAINS, () => (writes++ === index ? fault : undefined));
    await expect(failing).rejects.toThrow(`${name} failed ${fault}`);
    expect(differences(world.verifiedEntries().slice(0, FIRST.length), FIRST)).toEqual([]);
    const again = await world.run(CHAINS);
    expect(again).toMatchObject({ ok: true, value: { size: FIRST.length + LATER.length, more: false } });
    expect(differences(world.verifiedEntries(), world.ledger.rows)).toEqual([]);
    expect(besideHead(world)).toEqual({ cosigned: true, stamped: true, copied: true });
    expect(await world.run(CHAINS)).toMatchObject({ ok: true, value: { appended: 0, recovered: false } });
  });
});
