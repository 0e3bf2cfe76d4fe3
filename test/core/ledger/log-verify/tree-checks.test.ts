import { describe, expect, it } from 'vitest';
import { hashTilePath } from '../../../../core/ledger/log/tile-path.ts';
import type { LogSigners } from '../../../support/log-world.ts';
import { fullOptions, keptPath, logFiles, logSigners, signedCheckpoint, stampOf } from '../../../support/log-world.ts';
import { failed, honest, lastEvent, verifyChanged } from './changed-log.ts';

const SIZE = honest.events.length;
const ENTRIES = 'tile/entries/000';
const CHECKPOINT_SECONDS = Math.ceil(lastEvent.timeMs / 1_000) + 1;
const ROOT = Buffer.from(
  [...honest.files.keys()]
    .filter((path) => /^checkpoints\/.*[0-9a-f]$/.test(path))
    .at(-1)
    ?.slice(-64) ?? '',
  'hex',
);

/** The checkpoint cosigned by others than all witnesses, and stamped again. */
function cosignedBy(cosigners: LogSigners['witnesses']) {
  return (files: Map<string, Uint8Array>) => {
    const note = signedCheckpoint(SIZE, ROOT, { signers: honest.signers, timeSeconds: CHECKPOINT_SECONDS, cosigners });
    files.set('checkpoint', note);
    files.set(keptPath(SIZE, ROOT), note);
    files.set(`${keptPath(SIZE, ROOT)}.tsr`, stampOf(note, CHECKPOINT_SECONDS * 1_000));
  };
}

function flip(path: string, at: number) {
  return (files: Map<string, Uint8Array>) => {
    const bytes = files.get(path) ?? new Uint8Array();
    bytes[at] = (bytes[at] ?? 0) ^ 1;
  };
}

/** What the honest log's signers say of another history of the same length. */
const otherHistory = logFiles(honest.events.toReversed(), [SIZE], honest.signers);

describe('C2', () => {
  it('fails alone when too few witnesses cosigned', async () => {
    const [one] = honest.signers.witnesses;
    for (const cosigners of [[], one === undefined ? [] : [one]]) {
      expect(failed(await verifyChanged(cosignedBy(cosigners)))).toEqual({ C2: { code: 'quorum_unmet' } });
    }
  });

  it('fails when a known witness’s line does not verify, though enough others do', async () => {
    const report = await verifyChanged((files) => {
      const text = new TextDecoder().decode(files.get('checkpoint'));
      const lines = text.split('\n').map((line) => {
        if (!line.startsWith('— three.')) return line;
        const [dash, name, signature = ''] = line.split(' ');
        const bytes = Buffer.from(signature, 'base64');
        bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
        return [dash, name, bytes.toString('base64')].join(' ');
      });
      files.set('checkpoint', Buffer.from(lines.join('\n')));
    });
    expect(failed(report)['C2']).toEqual({ code: 'note_signature_invalid' });
  });

  it('fails when others than the policy’s witnesses cosigned', async () => {
    expect(failed(await verifyChanged(cosignedBy(logSigners().witnesses)))).toEqual({ C2: { code: 'quorum_unmet' } });
  });
});

describe('C3', () => {
  const view = (size: number, root: Uint8Array, signers = honest.signers) => [
    {
      name: 'one',
      note: new TextDecoder().decode(signedCheckpoint(size, root, { signers, timeSeconds: CHECKPOINT_SECONDS })),
    },
  ];

  it('fails alone when a witness knows a larger tree, or another of this size', async () => {
    const other = Buffer.alloc(32, 1);
    const larger = await verifyChanged(() => undefined, { witnessViews: view(SIZE + 1, other) });
    expect(failed(larger)).toEqual({ C3: { code: 'witness_ahead' } });
    const split = await verifyChanged(() => undefined, { witnessViews: view(SIZE, other) });
    expect(failed(split)).toEqual({ C3: { code: 'witness_root_differs' } });
  });

  it('does not count a view that nobody known signed, and says so', async () => {
    const report = await verifyChanged(() => undefined, {
      witnessViews: view(SIZE + 1, Buffer.alloc(32, 1), logSigners()),
    });
    expect(report.findings).toEqual([]);
    expect(report.checks.C3.notCovered).toEqual([expect.stringContaining('`one`')]);
  });
});

describe('C4', () => {
  it('fails alone when the log does not extend the checkpoint that was kept', async () => {
    const previous = new TextDecoder().decode(otherHistory.get('checkpoint'));
    const report = await verifyChanged(() => undefined, { previous });
    expect(failed(report)).toEqual({ C4: { code: 'root_differs', path: 'previous checkpoint' } });
  });

  it('fails when the log is smaller than the one that was kept', async () => {
    const previous = new TextDecoder().decode(
      signedCheckpoint(SIZE + 1, ROOT, { signers: honest.signers, timeSeconds: CHECKPOINT_SECONDS }),
    );
    const report = await verifyChanged(() => undefined, { previous });
    expect(failed(report)).toEqual({ C4: { code: 'rolled_back', path: 'previous checkpoint' } });
  });

  it('fails when a checkpoint that the log kept is of another history', async () => {
    const path = [...otherHistory.keys()].find((each) => /^checkpoints\/.*[0-9a-f]$/.test(each)) ?? '';
    const report = await verifyChanged((files) => {
      files.set(path, otherHistory.get(path) ?? new Uint8Array());
    });
    expect(failed(report)['C4']).toEqual({ code: 'root_differs', path });
  });

  it('passes when the log goes on from any checkpoint it kept', async () => {
    const kept = [...honest.files].filter(([path]) => /^checkpoints\/.*[0-9a-f]$/.test(path));
    expect(kept.length).toBeGreaterThan(3);
    for (const [path, note] of kept) {
      const report = await verifyChanged(() => undefined, { previous: new TextDecoder().decode(note) });
      expect(report.checks.C4, path).toEqual({ status: 'passed', findings: 0, notCovered: [] });
    }
  });
});

describe('C5', () => {
  it('fails at the entry when it is not the one that the tile has', async () => {
    const report = await verifyChanged(flip(ENTRIES, 2_000));
    expect(failed(report)['C5']).toEqual({ code: 'entry_hash', path: 'tile/0/000', index: 1 });
  });

  it('fails when an entry is missing from a bundle, or a bundle or a tile as a whole', async () => {
    const cut = await verifyChanged((files) =>
      files.set(ENTRIES, (files.get(ENTRIES) ?? new Uint8Array()).slice(0, -1)),
    );
    expect(failed(cut)['C5']).toEqual({ code: 'entry_count', path: ENTRIES, index: 255 });
    const without = async (path: string) => failed(await verifyChanged((files) => files.delete(path)))['C5'];
    expect(await without(ENTRIES)).toEqual({ code: 'entries_missing', path: ENTRIES, index: 0 });
    expect(await without('tile/0/000')).toEqual({ code: 'tile_missing', path: 'tile/0/000', index: 0 });
  });

  it('fails when the log holds files that a tree of this size does not have', async () => {
    for (const [path, code] of [
      ['tile/0/007', 'file_beyond_size'],
      ['tile/0/notes.txt', 'file_unknown'],
    ] as const) {
      const report = await verifyChanged((files) => files.set(path, new Uint8Array(32)));
      expect(failed(report)).toEqual({ C5: { code, path } });
    }
  });
});

describe('C6', () => {
  it('fails at the checkpoint when entries and their tile were changed together', async () => {
    const change = (files: Map<string, Uint8Array>) => {
      for (const [path, bytes] of otherHistory) if (path.startsWith('tile/')) files.set(path, bytes);
    };
    const report = await verifyChanged(change, { maxFindings: 10_000 });
    expect(failed(report)).toMatchObject({ C6: { code: 'root_differs', path: 'checkpoint' } });
    expect(failed(report)['C5']).toBeUndefined();
  });

  it('fails alone at a tile above when it is not the one that the tree has', async () => {
    const path = hashTilePath(1, 0, 1);
    const report = await verifyChanged(flip(path, 3));
    expect(failed(report)).toMatchObject({ C6: { path } });
    expect(Object.keys(failed(report))).toEqual(['C6']);
  });
});

describe('C7', () => {
  const stamps = [...honest.files.keys()].filter((path) => path.endsWith('.tsr'));

  it('fails alone when a timestamp is that of another checkpoint', async () => {
    const [first = '', second = ''] = stamps;
    const report = await verifyChanged((files) => files.set(first, files.get(second) ?? new Uint8Array()));
    expect(failed(report)).toEqual({ C7: { code: 'imprint_differs', path: first } });
  });

  it('fails alone when the checkpoint has none, and only says so when an earlier one has none', async () => {
    const last = stamps.at(-1) ?? '';
    expect(failed(await verifyChanged((files) => files.delete(last)))).toEqual({
      C7: { code: 'timestamp_missing', path: last },
    });
    const earlier = await verifyChanged((files) => files.delete(stamps[0] ?? ''));
    expect(earlier.checks.C7).toMatchObject({ status: 'passed', notCovered: [expect.stringContaining('1 kept')] });
  });

  it('fails alone when a timestamp is earlier than the signature it is of', async () => {
    const last = stamps.at(-1) ?? '';
    const report = await verifyChanged((files) => {
      const note = files.get('checkpoint') ?? new Uint8Array();
      files.set(last, stampOf(note, (CHECKPOINT_SECONDS - 60) * 1_000));
    });
    expect(failed(report)).toEqual({ C7: { code: 'timestamp_before_signature', path: last } });
    expect(fullOptions(honest).verifyTimestamp).toBeDefined();
  });
});
