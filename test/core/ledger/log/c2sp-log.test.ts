import { sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { leafHashOf } from '../../../../core/ledger/hash.ts';
import { checkpointFormat, logVerifierKeys } from '../../../../core/ledger/log/checkpoint-format.ts';
import { decodeEntries } from '../../../../core/ledger/log/entry-bundle.ts';
import { treeRoot } from '../../../../core/ledger/log/merkle.ts';
import { consistencyProof, verifyConsistency } from '../../../../core/ledger/log/merkle-proof.ts';
import { openNote } from '../../../../core/ledger/log/note.ts';
import { entryBundlePath, TILE_WIDTH } from '../../../../core/ledger/log/tile-path.ts';
import { tiledTree } from '../../../../core/ledger/log/tree-format.ts';
import { parseEntry } from '../../../../core/ledger/statement.ts';
import { ed25519Pair } from '../../../support/ed25519-pair.ts';
import { plainChain, rowsOf } from '../sample-log.ts';
import type { WriteHook } from './log-world.ts';
import { LogWorld } from './log-world.ts';

const ORIGIN = 'test.example/log';
const ROWS = rowsOf([...plainChain('control', 130), ...plainChain('agent/a', 170)]);
const LIMITS = { maxRowsPerBatch: 120, maxBatches: 2 };
const [first, second] = [ed25519Pair('first'), ed25519Pair('second')];

function world(pairs = [first], known = pairs): LogWorld {
  const signers = pairs.map(({ publicKey, privateKey }) => ({
    publicKey,
    sign: (bytes: Uint8Array) => sign(null, bytes, privateKey),
  }));
  const checkpoints = checkpointFormat(
    ORIGIN,
    known.map(({ publicKey }) => publicKey),
  );
  const made = new LogWorld({ tree: tiledTree, checkpoints, signers });
  made.ledger.rows.push(...ROWS);
  return made;
}

const run = (log: LogWorld, hook?: WriteHook) => log.run({ chains: ['agent/a', 'control'] }, hook, LIMITS);

function head(log: LogWorld, pairs = [first]) {
  const note = log.objects.get('checkpoint') ?? new Uint8Array();
  const found = checkpointFormat(
    ORIGIN,
    pairs.map(({ publicKey }) => publicKey),
  ).open(note);
  if (found === undefined) throw new Error('the checkpoint does not open');
  return found;
}

/** The entries that a reader finds, and their root. */
function readLog(log: LogWorld, size: number) {
  const entries: Uint8Array[] = [];
  for (let n = 0; entries.length < size; n += 1) {
    const width = Math.min(TILE_WIDTH, size - entries.length);
    const bytes = log.objects.get(entryBundlePath(n, width === TILE_WIDTH ? undefined : width));
    const decoded = decodeEntries(bytes ?? new Uint8Array());
    if (decoded.ok) entries.push(...decoded.value);
  }
  return { entries, rootHex: Buffer.from(treeRoot(entries.map(leafHashOf))).toString('hex') };
}

describe('sequenceLog with the published formats', () => {
  it('publishes tiles and checkpoints that a reader recomputes', async () => {
    const log = world();
    expect(await run(log)).toMatchObject({ ok: true, value: { size: 240, more: true } });
    const older = head(log);
    expect(await run(log)).toMatchObject({ ok: true, value: { size: 300, more: false, recovered: false } });
    const newer = head(log);
    const { entries, rootHex } = readLog(log, 300);
    expect(rootHex).toBe(newer.rootHex);
    const events = entries.map((entry) => parseEntry(entry));
    expect(events.every((event) => event.ok)).toBe(true);
    const chains = events.flatMap((event) => (event.ok ? [`${event.value.event.chain} ${event.value.event.seq}`] : []));
    expect(new Set(chains).size).toBe(300);
    const proof = await consistencyProof(async (path) => log.objects.get(path), older.size, newer.size);
    const [fromRoot, toRoot] = [older, newer].map((one) => Buffer.from(one.rootHex, 'hex'));
    expect(
      fromRoot && toRoot && verifyConsistency({ fromSize: older.size, fromRoot, toSize: newer.size, toRoot, proof }),
    ).toBe(true);
  });

  it('states the time of the head by the log key itself', async () => {
    const log = world();
    await run(log);
    const note = new TextDecoder().decode(log.objects.get('checkpoint'));
    const opened = openNote(note, logVerifierKeys(ORIGIN, [first.publicKey]));
    const times = opened.ok ? opened.value.verified.map(({ timeSeconds }) => timeSeconds) : [];
    expect(times).toEqual([undefined, log.nowMs / 1_000]);
  });

  it.each(['before', 'after'] as const)(
    'comes to the same log when every write fails once, %s it took effect',
    async (fault) => {
      const whole = world();
      while ((await run(whole)).ok && head(whole).size < 300);
      const log = world();
      const failed = new Set<string>();
      let count = 0;
      for (let runs = 0; runs < 2_000; runs += 1) {
        count = 0;
        const hook: WriteHook = (name) => {
          const key = `${log.objects.size} ${name} ${count++}`;
          if (failed.has(key)) return undefined;
          failed.add(key);
          return fault;
        };
        const result = await run(log, hook).catch(() => undefined);
        if (result?.ok && !result.value.more && result.value.size === 300) break;
      }
      expect(failed.size).toBeGreaterThan(10);
      expect(head(log)).toEqual(head(whole));
      expect(readLog(log, 300).rootHex).toBe(head(log).rootHex);
    },
  );

  it('is signed by both keys while the log goes over to another, and opens with either', async () => {
    const log = world([first, second]);
    await run(log);
    expect(head(log, [first])).toEqual(head(log, [second]));
    expect(() => head(log, [ed25519Pair('third')])).toThrow('does not open');
  });

  it('publishes nothing when a signature does not verify under its key', async () => {
    const log = world([{ publicKey: first.publicKey, privateKey: second.privateKey }]);
    expect(await run(log)).toMatchObject({ ok: false, problem: { code: 'signature_invalid' } });
    expect(log.objects.has('checkpoint')).toBe(false);
  });
});

describe('checkpointFormat', () => {
  it.each([
    ['of another origin', (note: string) => note.replace(ORIGIN, 'other.example/log')],
    ['of another size', (note: string) => note.replace('\n240\n', '\n241\n')],
    ['without the signature of the head', (note: string) => note.replace(/\u2014 .*\n/u, '')],
    ['that is no text', () => '\ufffd'],
  ])('does not open a note %s', async (_name, alter) => {
    const log = world();
    await run(log);
    const note = new TextDecoder().decode(log.objects.get('checkpoint'));
    log.objects.set('checkpoint', new TextEncoder().encode(alter(note)));
    expect(() => head(log)).toThrow('does not open');
  });

  it('does not open bytes that are no utf-8', () => {
    expect(checkpointFormat(ORIGIN, [first.publicKey]).open(Uint8Array.of(0xff, 0x0a))).toBeUndefined();
  });
});
