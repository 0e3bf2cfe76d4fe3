import { generateKeyPairSync } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommand } from '../../cli/audit/run-command.ts';
import { ed25519PublicKey } from '../../core/ed25519.ts';
import { cli } from '../support/cli-run.ts';
import { ed25519Pair } from '../support/ed25519-pair.ts';
import { honestLog } from '../support/log-world.ts';
import type { ArchiveFolder } from './archive-folder.ts';
import { archiveFolder } from './archive-folder.ts';
import { testIo } from './audit-io.ts';

const log = honestLog();
let folder: ArchiveFolder;
let receipt: string;

beforeEach(async () => {
  folder = await archiveFolder(log.files);
  await folder.write('log.vkey', log.keyText);
  receipt = await folder.write('../receipt.json', log.receipts[0]?.text ?? '');
  await folder.write('../text', 'hello');
  await folder.write('../empty/nothing', '');
});

afterEach(() => folder.remove());

const beside = (name: string) => join(folder.path, '..', name);
const p256 = () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' }).toString();

describe('bad input', () => {
  test.each<[string, () => readonly string[], RegExp]>([
    ['a folder for a file', () => ['receipt', 'verify', folder.path], /^expected a file, got a folder\n$/],
    ['a file for a folder', () => ['verify', beside('text')], /^expected a folder, got a file at `.+`\n$/],
    ['neither log nor archive', () => ['verify', beside('empty')], /^expected a log or an archive at `.+`, got other/],
    [
      'more threads than sense',
      () => ['verify', folder.path, '--workers', '65'],
      /^expected --workers to be at most 64/,
    ],
    [
      'a state that is a folder',
      () => ['verify', folder.path, '--state', beside('empty')],
      /expected a file, got a fold/,
    ],
    [
      'a state without folder',
      () => ['verify', folder.path, '--state', '/nowhere/s'],
      /expected its folder to be there/,
    ],
    ['anchors that are none', () => ['verify', folder.path, '--tsa', beside('text')], /expected certificates in PEM/],
    [
      'a log without checkpoint',
      () => ['receipt', 'verify', receipt, '--log', '/nowhere'],
      /^expected a log at `\/nowhe/,
    ],
    [
      'a bucket without a key',
      () => ['receipt', 'verify', receipt, '--log', 's3://b'],
      /^expected --key with --log s3/,
    ],
    [
      'a configuration that is none',
      () => ['retention', 'plan', '--config', beside('text'), ...STORES],
      /configuration/,
    ],
    [
      'negative days',
      () => ['retention', 'extend', 'control', '--days=-1', '--reason', 'x'],
      /^expected --days to be from/,
    ],
    [
      'a class that is none',
      () => ['retention', 'extend', 'x', '--days', '1', '--reason', 'x'],
      /^expected one of decis/,
    ],
    ['a name for a pseudonym', () => ['erase', 'Ann', '--through', '2026-11'], /^expected a pseudonym .+ got `Ann`/],
    [
      'a hold with a space',
      () => ['hold', 'set', 'a b', '--reason', 'x'],
      /^expected an id of lower-case .+ got `a b`\n$/,
    ],
    [
      'a hold with a 31st of June',
      () => [...HOLD, '--from', '2026-06-31'],
      /^expected a date like .+ got `2026-06-31`\n$/,
    ],
    [
      'a hold that ends first',
      () => [...HOLD, '--from', '2026-06-02', '--to', '2026-06-01'],
      /^expected --to at or after/,
    ],
    ['no statement', () => ['query', '--sql', ' '], /^expected a statement with --sql, got none\n$/],
    ['a flag of another command', () => ['reconcile', '--log', 'x'], /^expected a flag of this command, got `--log`\n/],
    ['a flag it has not', () => ['verify', folder.path, '--frob'], /^expected a flag of this command, got `--frob`\n/],
    ['a flag without value', () => ['verify', folder.path, '--key'], /^expected a value for --key, got none\n/],
    ['a dash for a value', () => ['verify', folder.path, '--key', '-1'], /^expected a value for --key, got what looks/],
  ])('is told in a line and exits 3 when it is %s', async (_, argv, told) => {
    const run = await cli({ AWS_REGION: 'eu-west-1', COUNTERSIGN_HOME: beside('empty') }, ...argv());
    expect(run.err).toMatch(told);
    expect(run).toMatchObject({ exitCode: 3, out: '' });
  });

  test('is a certification key that is not Ed25519', async () => {
    const key = await folder.write('../p256.pem', p256());
    const run = await cli({}, 'receipt', 'verify', receipt, '--certification-key', key);
    expect(run).toMatchObject({ exitCode: 3, err: `${key}: expected an Ed25519 public key in PEM or base64\n` });
  });

  test('is no certification key that the ledger records', async () => {
    const key = ed25519Pair('another certifier');
    const recorded = ed25519PublicKey(key.publicKey).export({ format: 'der', type: 'spki' }).toString('base64');
    const file = await folder.write('../recorded', recorded);
    const run = await cli({}, 'receipt', 'verify', receipt, '--certification-key', file);
    expect(run).toMatchObject({
      exitCode: 1,
      out: expect.stringMatching(/^✗ certificate_signature_invalid: epochId \w+\n/),
    });
  });

  test('is a bucket that does not exist', async () => {
    const io = testIo();
    const absent = Object.assign(new Error('The specified bucket does not exist'), {
      name: 'NoSuchBucket',
      BucketName: 'bank-log',
    });
    const wrapped = () => Promise.reject(new Error('the objects could not be listed', { cause: absent }));
    expect(await runCommand(io, 'usage', wrapped)).toBe(3);
    expect(io.err.join('')).toBe('expected a bucket that exists, got `bank-log`\n');
  });

  test('is an argument too many', async () => {
    const io = testIo();
    const run = () => runCommand(io, 'usage: x', async () => Object.keys(parseArgs({ args: ['y'] })).length);
    expect(await run()).toBe(3);
    expect(io.err.join('')).toBe('expected flags alone, got `y`\nusage: x\n');
  });
});

describe('an export that is given wrong files', () => {
  test.each([
    ['--key', 'text'],
    ['--witness-policy', 'text'],
    ['--tsa', 'text'],
    ['--heads', 'text'],
    ['--receipt', 'text'],
  ])('exits 3 and leaves the earlier export as it was when %s names another text', async (flag, file) => {
    const target = beside('export');
    const key = beside('log.vkey.kept');
    await folder.write('../log.vkey.kept', log.keyText);
    expect((await cli({}, 'export', target, '--from', folder.path, '--key', key)).exitCode).toBe(0);
    const files = await readdir(target, { recursive: true });

    const run = await cli({}, 'export', target, '--from', folder.path, flag, beside(file));
    expect({ exitCode: run.exitCode, lines: run.err.split('\n').length }).toEqual({ exitCode: 3, lines: 2 });
    expect(await readdir(target, { recursive: true })).toEqual(files);
    expect(await readFile(join(target, 'log.vkey'), 'utf8')).toBe(log.keyText);
  });

  test('keeps a receipt under a name the verifier looks for, and refuses a second of that name', async () => {
    const other = await folder.write('../more/receipt', log.receipts[1]?.text ?? '');
    const target = beside('export');
    const argv = ['export', target, '--from', folder.path, '--receipt', receipt, '--receipt', other];
    expect(await cli({}, ...argv)).toMatchObject({ exitCode: 3, err: expect.stringContaining('of another name') });
    expect((await cli({}, 'export', target, '--from', folder.path, '--receipt', other)).exitCode).toBe(0);
    expect(await readdir(join(target, 'receipts'))).toEqual(['receipt.json']);
  });
});

describe('a receipt to be kept', () => {
  test.each([
    ['is there already', () => receipt, /^expected a new file for the receipt/],
    ['has no folder', () => '/nowhere/r.json', /^expected a folder for the receipt, got none/],
  ])('asks nothing of the gate when the file %s', async (_, place, told) => {
    for (const argv of [
      ['submit', 'payment.send', '--resource', 'account/1'],
      ['redeem', 'act_1'],
    ]) {
      const run = await cli({ COUNTERSIGN_API_URL: 'http://127.0.0.1:1' }, ...argv, '--receipt', place());
      expect(run.err).toMatch(told);
      expect(run.exitCode).toBe(3);
    }
  });
});

const HOLD = ['hold', 'set', 'h', '--reason', 'x'];
const STORES = ['--archive', 'a', '--log', 'l', '--ledger', 't'];
