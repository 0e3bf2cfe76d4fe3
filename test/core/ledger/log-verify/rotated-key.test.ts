import { sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkpointFormat } from '../../../../core/ledger/log/checkpoint-format.ts';
import { formatLogProof, verifyLogProof } from '../../../../core/ledger/log/log-proof.ts';
import { inclusionProof } from '../../../../core/ledger/log/merkle-proof.ts';
import { noteKeyId, SIGNATURE_ED25519 } from '../../../../core/ledger/log/note.ts';
import type { PinnedLogKey } from '../../../../core/ledger/log/pinned-key.ts';
import { tiledTree } from '../../../../core/ledger/log/tree-format.ts';
import { verifyLog } from '../../../../core/ledger/log-verify/verify-log.ts';
import { ed25519Pair } from '../../../support/ed25519-pair.ts';
import { fileSource } from '../../../support/log-world.ts';
import type { LogFormats } from '../log/log-world.ts';
import { LogWorld } from '../log/log-world.ts';
import { plainChain, rowsOf } from '../sample-log.ts';

const ORIGIN = 'test.example/log';
const [old, next] = [ed25519Pair('old'), ed25519Pair('next')];
type Pair = typeof old;

const ROWS = rowsOf(plainChain('control', 60));
/** Leaves when both keys began to sign, when the old one ceased to, and in the end. */
const [OVERLAP, RETIRED, END] = [20, 40, 60];

/** A sequencer that signs with some keys and goes on from checkpoints of any. */
function deployment(signing: readonly Pair[]): LogFormats {
  const signers = signing.map(({ publicKey, privateKey }) => ({
    publicKey,
    sign: (bytes: Uint8Array) => sign(null, bytes, privateKey),
  }));
  const publicKeys = [next, old].map(({ publicKey }) => publicKey);
  return { tree: tiledTree, checkpoints: checkpointFormat(ORIGIN, publicKeys), signers };
}

/** A log whose sequencer was deployed with these keys for the last rows; the key rotated before. */
async function rotatedLog(last: readonly Pair[] = [next]) {
  const world = new LogWorld(deployment([old]));
  const sizes = new Map<number, ReadonlyMap<string, Uint8Array>>();
  for (const [size, signing] of [
    [OVERLAP, [old]],
    [RETIRED, [next, old]],
    [END, last],
  ] as const) {
    world.redeploy(deployment(signing));
    world.ledger.rows.push(...ROWS.slice(world.ledger.rows.length, size));
    const run = await world.run({ chains: ['control'] });
    if (!run.ok || run.value.size !== size) throw new Error(`expected a log of ${size} leaves`);
    sizes.set(size, new Map([...world.objects].filter(([path]) => !path.startsWith('staging/'))));
  }
  return sizes;
}

const pinned = ({ publicKey }: Pair, untilSize?: number): PinnedLogKey => ({
  name: ORIGIN,
  keyId: noteKeyId(ORIGIN, SIGNATURE_ED25519, publicKey),
  type: SIGNATURE_ED25519,
  publicKey,
  ...(untilSize !== undefined && { untilSize }),
});
const BOTH = [pinned(old, RETIRED), pinned(next)];

async function codes(files: ReadonlyMap<string, Uint8Array> | undefined, logKeys: readonly PinnedLogKey[]) {
  const report = await verifyLog(fileSource(files ?? new Map()), { logKeys, origin: ORIGIN, depth: 'hash' });
  return report.findings.map(({ check, code }) => `${check} ${code}`);
}

describe('a log whose key was replaced', () => {
  it('verifies from its first checkpoint to its last when both keys are known', async () => {
    const sizes = await rotatedLog();
    for (const files of sizes.values()) expect(await codes(files, BOTH)).toEqual([]);
  });

  it('verifies with the old key alone until that ceased to sign, and then no more', async () => {
    const sizes = await rotatedLog();
    expect(await codes(sizes.get(OVERLAP), [pinned(old)])).toEqual([]);
    expect(await codes(sizes.get(RETIRED), [pinned(old)])).toEqual([]);
    expect(await codes(sizes.get(END), [pinned(old)])).toContain('C1 note_unsigned');
  });

  it('verifies with the new key alone from the overlap on, but for what only the old one signed', async () => {
    const sizes = await rotatedLog();
    expect(await codes(sizes.get(RETIRED), [pinned(next)])).toEqual(['C4 note_unsigned']);
    expect(await codes(sizes.get(END), [pinned(next)])).toEqual(['C4 note_unsigned']);
  });

  it.each([
    ['alone', [old]],
    ['beside the new key', [next, old]],
  ])('is refused when the retired key signs a later tree %s', async (_how, last) => {
    const sizes = await rotatedLog(last);
    expect(await codes(sizes.get(END), BOTH)).toEqual(['C1 key_retired', 'C4 key_retired']);
  });

  it('proves entries by checkpoints of its time, and by none that the retired key signed later', async () => {
    const sizes = await rotatedLog([old]);
    const [entry = new Uint8Array()] = ROWS.slice(3, 4).map(tiledTree.entryOf);
    const proofAt = async (size: number) => {
      const hashes = await inclusionProof(async (path) => sizes.get(size)?.get(path), size, 3);
      const checkpoint = new TextDecoder().decode(sizes.get(size)?.get('checkpoint'));
      return verifyLogProof(formatLogProof({ index: 3, hashes, checkpoint }), entry, { logKeys: BOTH, origin: ORIGIN });
    };
    expect((await proofAt(RETIRED)).ok).toBe(true);
    expect(await proofAt(END)).toMatchObject({ problem: { code: 'key_retired', untilSize: RETIRED } });
  });
});
