import { describe, expect, it } from 'vitest';
import { decodeEntries } from '../../../core/ledger/log/entry-bundle.ts';
import { verifyLogProof } from '../../../core/ledger/log/log-proof.ts';
import { parseVerifierKey, type VerifierKey } from '../../../core/ledger/log/note.ts';
import { parseEntry } from '../../../core/ledger/statement.ts';
import { sampleLog } from '../../../tools/interop/sample-log.ts';

async function written(sizes: readonly number[]): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for await (const { path, bytes } of sampleLog(sizes)) files.set(path, Buffer.from(bytes));
  return files;
}

const textOf = (files: ReadonlyMap<string, Uint8Array>, path: string) => Buffer.from(files.get(path) ?? []).toString();

function keysOf(lines: string): readonly VerifierKey[] {
  return lines
    .trim()
    .split('\n')
    .flatMap((line) => {
      const key = parseVerifierKey(line);
      return key.ok ? [key.value] : [];
    });
}

describe('the sample log for other libraries', () => {
  it('holds entries whose proof files verify when it grew in two steps', async () => {
    const files = await written([100, 300]);
    const bundles = ['tile/entries/000', 'tile/entries/001.p/44'].map((path) => files.get(path) ?? new Uint8Array());
    const entries = bundles.flatMap((bytes) => {
      const decoded = decodeEntries(bytes);
      return decoded.ok ? decoded.value : [];
    });
    const cosigners = keysOf(textOf(files, 'cosigners.vkeys'));
    const trust = {
      logKeys: keysOf(textOf(files, 'log.vkey')),
      origin: 'sample.countersign.example/log',
      policy: {
        keys: cosigners,
        isMetBy: (verified: readonly VerifierKey[]) => verified.length === 1 + cosigners.length,
      },
    };
    const proofs = [...files.keys()].filter((path) => path.endsWith('.tlog-proof'));

    expect(entries).toHaveLength(300);
    expect(entries.every((entry) => parseEntry(entry).ok)).toBe(true);
    expect([cosigners.length, proofs.length]).toEqual([4, 20]);
    for (const path of proofs) {
      const index = Number(/\d+/.exec(path)?.[0]);
      const entry = entries[index] ?? new Uint8Array();
      expect(verifyLogProof(textOf(files, path), entry, trust)).toMatchObject({
        ok: true,
        value: { index, size: 300 },
      });
    }
  });

  it('is the same whenever it is written', async () => {
    expect(await written([1, 2])).toEqual(await written([1, 2]));
  });
});
