import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { verifyCommand } from '../../cli/verify.ts';
import { formatVerifierKey } from '../../core/ledger/log/note.ts';
import { formatLogHeads } from '../../core/ledger/log-verify/log-heads.ts';
import { headsOfEvents, honestLog, logKeyOf, policyText } from '../support/log-world.ts';
import type { ArchiveFolder } from './archive-folder.ts';
import { archiveFolder } from './archive-folder.ts';
import { testIo } from './audit-io.ts';

const log = honestLog();
const { name, type, publicKey } = logKeyOf(log.signers);
const key = formatVerifierKey(name, type, publicKey);
const FIRST_BUNDLE = 'tile/entries/000';

let folder: ArchiveFolder;

beforeEach(async () => {
  folder = await archiveFolder(log.files);
  await folder.write('log.vkey', `${key}\n`);
});

afterEach(() => folder.remove());

describe('countersign verify of a log', () => {
  test('exits 0 and names what the log itself brought along when nothing else is given', async () => {
    await folder.write('witness.policy', policyText(log.signers));
    const io = testIo();
    expect(await verifyCommand([folder.path, '--workers', '0'], io)).toBe(0);
    expect(io.text()).toContain(`OK: ${log.events.length} entries in 4 chains`);
    expect(io.text()).toMatch(/C1 +not checked.*\n +not covered: rests on the log’s own `log\.vkey`/);
    expect(io.text()).toMatch(/C2 +not checked.*\n +not covered: rests on the log’s own `witness\.policy`/);
  });

  test('passes C1, C2, C4, C14 and C15 when keys, policy, a checkpoint, heads and receipts are given', async () => {
    const policy = await folder.write('../policy', policyText(log.signers));
    const certifier = await folder.write(
      '../certifier',
      Buffer.from(log.signers.certifier.publicKey).toString('base64'),
    );
    const earlier = [...log.files.keys()].find((path) => path.startsWith('checkpoints/')) ?? '';
    await folder.write('heads.json', formatLogHeads(headsOfEvents(log.events)));
    for (const receipt of log.receipts) await folder.write(receipt.path, receipt.text);
    const given = [
      '--key',
      key,
      '--origin',
      name,
      '--witness-policy',
      policy,
      '--previous',
      join(folder.path, earlier),
    ];
    const io = testIo();
    const argv = [folder.path, ...given, '--certification-key', certifier, '--workers', '0', '--json'];
    expect(await verifyCommand(argv, io)).toBe(0);
    const passed = { status: 'passed', notCovered: [] };
    expect(io.json()).toMatchObject({
      checks: { C1: passed, C2: passed, C4: passed, C14: passed, C15: passed, C16: passed },
    });
  });

  test('exits 1 when the log’s keys say that the one that signed was retired before', async () => {
    const keys = await folder.write('../keys', `# retired\n${key} until 10\n`);
    const io = testIo();
    expect(await verifyCommand([folder.path, '--key', keys, '--workers', '0', '--json'], io)).toBe(1);
    expect(io.json()).toMatchObject({ checks: { C1: { status: 'failed' }, C4: { status: 'failed' } } });
    const last = log.events.length;
    expect(await verifyCommand([folder.path, '--key', `${key} until ${last}`, '--workers', '0'], testIo())).toBe(0);
  });

  test('gives the same report on threads when an entry was changed', async () => {
    const bytes = Buffer.from(log.files.get(FIRST_BUNDLE) ?? []);
    bytes[bytes.lastIndexOf('"settledMicroUsd":"500"') + 19] = 0x34;
    await writeFile(join(folder.path, FIRST_BUNDLE), bytes);
    const reports = [];
    for (const workers of ['0', '2']) {
      const io = testIo();
      expect(await verifyCommand([folder.path, '--workers', workers, '--json'], io)).toBe(1);
      reports.push(io.json());
    }
    expect(reports[0]).toEqual(reports[1]);
    expect(reports[0]).toMatchObject({
      checks: {
        C5: { status: 'failed' },
        C6: { status: 'failed' },
        C11: { status: 'failed' },
        C12: { status: 'failed' },
      },
    });
  });

  test('exits 1 when a check that is required was not made, and 0 when it was', async () => {
    const run = (...flags: readonly string[]) => verifyCommand([folder.path, '--workers', '0', ...flags], testIo());
    expect(await run('--require', 'C4', '--require', 'C12')).toBe(0);
    expect(await run('--require', 'C1')).toBe(1);
    expect(await run('--require', 'C1', '--key', key)).toBe(0);
    expect(await run('--require', 'all', '--key', key)).toBe(1);
  });

  test('goes on from its own state when it is given a file for it', async () => {
    const state = join(folder.path, '..', 'state.json');
    const counts = [];
    for (const workers of ['2', '0']) {
      const io = testIo();
      expect(await verifyCommand([folder.path, '--state', state, '--workers', workers, '--json'], io)).toBe(0);
      counts.push(io.json());
    }
    expect(counts[0]).toMatchObject({ counts: { verifiedBefore: 0, entries: log.events.length } });
    expect(counts[1]).toMatchObject({ counts: { verifiedBefore: 256, entries: log.events.length - 256 } });

    const people = testIo();
    await verifyCommand([folder.path, '--state', state, '--workers', '0'], people);
    expect(people.text()).toContain(`OK: 256 entries verified before, ${log.events.length - 256} entries in 4 chains`);
    expect(people.text()).toMatch(/extends the 256 leaves verified before, root [0-9a-f]{64}: consistency proof/);
    expect(people.text()).toMatch(
      /taken over: event ids, the last event of each chain.*\n {2}not read again: the entries/,
    );
    const reread = testIo();
    expect(await verifyCommand([folder.path, '--state', state, '--reread', '--workers', '0'], reread)).toBe(0);
    expect(reread.text()).toContain('taken over: nothing, everything was read again');

    await writeFile(state, '{}');
    const io = testIo();
    expect(await verifyCommand([folder.path, '--state', state], io)).toBe(3);
    expect(io.err.join('')).toContain('expected a state');
  });

  test('shows progress on standard error when asked', async () => {
    const io = testIo();
    await verifyCommand([folder.path, '--workers', '0', '--progress'], io);
    expect(io.err.join('')).toMatch(/100% of \d+ entries\n$/);
  });

  test.each([
    ['a key that is none', ['--key', 'nonsense+file']],
    ['a thing that cannot be skipped', ['--skip', 'everything']],
    ['a count that is none', ['--workers', '-1']],
    ['a check that there is not', ['--require', 'C17']],
    ['a flag of archives', ['--save-heads', 'x']],
    ['nothing that was read before to read again', ['--reread']],
    ['no policy that says which witnesses to ask', ['--ask-witnesses']],
  ])('exits 3 when it is given %s', async (_, flags) => {
    const io = testIo();
    expect(await verifyCommand([folder.path, ...flags], io)).toBe(3);
    expect(io.err.join('')).not.toBe('');
  });

  test('exits 3 when the log has no checkpoint', async () => {
    const tiles = [...log.files].filter(([path]) => path !== 'checkpoint');
    const cut = await archiveFolder(new Map([...tiles, ['log.vkey', Buffer.from(key)]]));
    const io = testIo();
    expect(await verifyCommand([cut.path, '--workers', '0'], io)).toBe(3);
    expect(io.err.join('')).toContain('expected a file `checkpoint`');
    await cut.remove();
  });

  test('exits 3 when a flag of logs is given with an archive', async () => {
    const io = testIo();
    expect(await verifyCommand([folder.path, '--archive', '--key', key], io)).toBe(3);
    expect(io.err.join('')).toContain('--key is not for an archive');
  });
});
