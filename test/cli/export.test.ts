import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exportCommand } from '../../cli/export.ts';
import { openExportFolder } from '../../cli/export-log/export-folder.ts';
import { exportLog } from '../../cli/export-log/export-log.ts';
import { verifyCommand } from '../../cli/verify.ts';
import type { LogSource } from '../../core/ledger/log-verify/options.ts';
import { LogUnreadable } from '../../core/ledger/log-verify/verify-log.ts';
import { fileSource, honestLog, logFiles } from '../support/log-world.ts';
import type { ArchiveFolder } from './archive-folder.ts';
import { archiveFolder } from './archive-folder.ts';
import { testIo } from './audit-io.ts';

const log = honestLog();
/** The same log when it was smaller: at 200 entries, and at 256, where nothing is partial. */
const at = (size: number) => logFiles(log.events, log.sizes.filter((each) => each < size).concat(size), log.signers);

let target: ArchiveFolder;

beforeEach(async () => {
  target = await archiveFolder(new Map());
});

afterEach(() => target.remove());

const exported = (source: LogSource) =>
  exportLog({
    source,
    open: (origin) => openExportFolder(target.path, origin),
    beside: async () => new Map([['log.vkey', Buffer.from(log.keyText)]]),
  });

const verified = async () => {
  const io = testIo();
  const key = join(target.path, 'log.vkey');
  const exit = await verifyCommand([target.path, '--workers', '0', '--json', '--key', key], io);
  return { exit, report: io.json() };
};

const checkpointThere = async () => new Uint8Array(await readFile(join(target.path, 'checkpoint')));

describe('an export', () => {
  test('is a log that verifies when the source goes on growing', async () => {
    const source = fileSource(log.files);
    const small = at(200).get('checkpoint');
    const growing = { ...source, read: async (path: string) => (path === 'checkpoint' ? small : source.read(path)) };

    expect(await exported(growing)).toMatchObject({ ok: true, value: { size: 200, kept: 0 } });
    expect(await verified()).toMatchObject({ exit: 0, report: { size: 200, findingCount: 0 } });
  });

  test('fetches only what is new when it is made again', async () => {
    const first = await exported(fileSource(at(256)));
    const again = await exported(fileSource(at(256)));
    const second = await exported(fileSource(log.files));

    expect(again).toMatchObject({ value: { fetched: 0, kept: first.ok ? first.value.fetched : -1 } });
    expect(second.ok && second.value.kept).toBeGreaterThan(2);
    expect(await verified()).toMatchObject({ exit: 0, report: { size: log.events.length } });
  });

  test('goes on where it was interrupted', async () => {
    const source = fileSource(log.files);
    let reads = 0;
    const failing = {
      ...source,
      read: async (path: string) => {
        reads += 1;
        if (reads > 4) throw new Error('the connection broke');
        return source.read(path);
      },
    };
    await expect(exported(failing)).rejects.toThrow('broke');
    expect(await readdir(target.path)).not.toContain('checkpoint');
    const outcome = await exported(source);
    expect(outcome.ok && outcome.value.kept).toBeGreaterThan(0);
    expect(await verified()).toMatchObject({ exit: 0 });
  });

  test('leaves the earlier checkpoint when it cannot be completed', async () => {
    await exported(fileSource(at(200)));
    const torn = new Map([...log.files].filter(([path]) => path !== 'tile/0/000'));

    await expect(exported(fileSource(torn))).rejects.toThrow(LogUnreadable);
    expect(await checkpointThere()).toEqual(new Uint8Array(at(200).get('checkpoint') ?? []));
  });

  test('is refused when an entry or a tile is not what the checkpoint covers', async () => {
    for (const path of ['tile/entries/000', 'tile/0/000', 'tile/1/000.p/1']) {
      const bytes = Buffer.from(log.files.get(path) ?? []);
      bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1;
      const outcome = await exported(fileSource(new Map([...log.files, [path, bytes]])));
      expect(outcome, path).toMatchObject({ ok: false, problem: { code: 'log_differs' } });
      expect(await readdir(target.path)).not.toContain('checkpoint');
      await target.remove();
      target = await archiveFolder(new Map());
    }
  });

  test('is refused when the log was rolled back or does not extend what was exported', async () => {
    await exported(fileSource(at(256)));
    const before = await checkpointThere();
    const other = honestLog({ signers: log.signers });
    const forked = new Map([...logFiles(other.events.toReversed(), [other.events.length], log.signers)]);

    expect(await exported(fileSource(at(200)))).toMatchObject({ problem: { code: 'log_rolled_back' } });
    expect(await exported(fileSource(forked))).toMatchObject({ problem: { code: 'log_forked' } });
    expect(await checkpointThere()).toEqual(before);
  });
});

describe('countersign export', () => {
  test('puts files beside the log when it is asked to', async () => {
    const source = await archiveFolder(log.files);
    const key = await source.write('../key', log.keyText);
    const receipt = await source.write('../one.json', '{}');
    const io = testIo();
    const argv = [target.path, '--from', source.path, '--key', key, '--receipt', receipt, '--json'];
    expect(await exportCommand(argv, io)).toBe(0);
    expect(await readFile(join(target.path, 'log.vkey'), 'utf8')).toBe(log.keyText);
    expect(await readdir(join(target.path, 'receipts'))).toEqual(['one.json']);
    expect(io.json()).toMatchObject({ size: log.events.length, kept: 0 });
    await source.remove();
  });

  test('exits 3 and leaves everything as it is when the folder holds something else, or another log', async () => {
    const source = await archiveFolder(log.files);
    await target.write('notes.txt', 'mine');
    const io = testIo();
    expect(await exportCommand([target.path, '--from', source.path], io)).toBe(3);
    expect(io.err.join('')).toContain('to be empty or an earlier export');
    expect(await readdir(target.path)).toEqual(['notes.txt']);

    await writeFile(join(target.path, 'export.json'), '{"v":"1","origin":"other.example/log"}');
    const other = testIo();
    expect(await exportCommand([target.path, '--from', source.path], other)).toBe(3);
    expect(other.err.join('')).toContain('got one of other.example/log');
    expect(await readdir(target.path)).toEqual(['export.json', 'notes.txt']);
    await source.remove();
  });

  test('exits 1 and says where when the log is not what its checkpoint covers', async () => {
    const torn = new Map([...log.files, ['tile/0/000', new Uint8Array(8_192)]]);
    const source = await archiveFolder(torn);
    const io = testIo();
    expect(await exportCommand([target.path, '--from', source.path], io)).toBe(1);
    expect(io.err.join('')).toContain('C5 entry_hash at entry 0');
    await source.remove();
  });

  test('exits 3 when there is no log, no folder or no such file to put beside it', async () => {
    const source = await archiveFolder(log.files);
    for (const argv of [
      [target.path, '--from', target.path],
      ['--from', source.path],
      [target.path, '--from', source.path, '--key', '/nowhere/key'],
    ]) {
      expect(await exportCommand(argv, testIo()), argv.join(' ')).toBe(3);
    }
    await source.remove();
  });
});
