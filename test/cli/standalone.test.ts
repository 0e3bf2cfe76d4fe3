import { spawnSync } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LogWorld, writeLogFiles } from '../../attacks/log/log-world.ts';
import { verifyCommand } from '../../cli/verify.ts';
import type { BuiltVerifier } from '../../tools/build-verifier.ts';
import { buildVerifier } from '../../tools/build-verifier.ts';
import { testIo } from './audit-io.ts';

const FILE = 'countersign-verify.mjs';

let world: LogWorld;
/** A folder of an outsider: the file, and nothing else of the project. */
let home: string;
let built: BuiltVerifier;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'outsider-'));
  const workshop = await mkdtemp(join(tmpdir(), 'workshop-'));
  built = await buildVerifier(join(workshop, FILE));
  await copyFile(join(workshop, FILE), join(home, FILE));
  await rm(workshop, { recursive: true });
  world = await LogWorld.open();
});

afterAll(async () => {
  await rm(home, { recursive: true });
});

function run(...argv: readonly string[]) {
  // Neither the environment nor the working folder leads to the project.
  const { status, stdout, stderr } = spawnSync(process.execPath, [FILE, ...argv], {
    cwd: home,
    env: {},
    encoding: 'utf8',
  });
  return { exit: status, stdout, stderr };
}

async function commandLine(argv: readonly string[]) {
  const io = testIo();
  const exit = await verifyCommand(argv, io);
  return { exit, stdout: io.text(), stderr: io.err.join('') };
}

const changed = (path: string, change: (bytes: Uint8Array) => void) => {
  const files = world.files();
  const bytes = files.get(path) ?? new Uint8Array();
  change(bytes);
  return files.set(path, bytes);
};

/** What is given besides the log: everything an outsider has from elsewhere. */
async function given(): Promise<readonly string[]> {
  const { parties } = world;
  const certifier = Buffer.from(parties.certifier.publicKey).toString('base64');
  const inputs = { policy: parties.policyText, tsa: parties.trustAnchors, certifier };
  await writeLogFiles(home, new Map(Object.entries(inputs).map(([path, text]) => [path, Buffer.from(text)])));
  const flags = { 'witness-policy': 'policy', tsa: 'tsa', 'certification-key': 'certifier' };
  const files = Object.entries(flags).flatMap(([flag, file]) => [`--${flag}`, join(home, file)]);
  return ['--key', parties.logKeyText.trim(), ...files];
}

describe('the verifier as one file', () => {
  test('says what the command line says when the log is honest, and when it was changed', async () => {
    const flags = await given();
    const variants = {
      honest: world.files(),
      'an entry was changed': changed('tile/entries/000', (bytes) => bytes.reverse()),
      'a timestamp is of other bytes': changed(
        [...world.files().keys()].find((path) => path.endsWith('.tsr')) ?? '',
        (bytes) => {
          bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
        },
      ),
      'a receipt was changed': changed('receipts/7.json', (bytes) => {
        bytes[100] = bytes[100] === 0x41 ? 0x42 : 0x41;
      }),
    };
    const exits: { [variant: string]: number | null } = {};
    for (const [name, files] of Object.entries(variants)) {
      const folder = join(home, 'log');
      await writeLogFiles(folder, files);
      for (const workers of name === 'honest' ? ['0', '2'] : ['0']) {
        const argv = [folder, ...flags, '--json', '--workers', workers];
        const alone = run(...argv);
        expect(alone, name).toEqual(await commandLine(argv));
        exits[name] = alone.exit;
      }
      const people = [folder, ...flags, '--workers', '0'];
      expect(run(...people).stdout).toBe((await commandLine(people)).stdout);
      await rm(folder, { recursive: true });
    }
    const failed = { 'an entry was changed': 1, 'a timestamp is of other bytes': 1, 'a receipt was changed': 1 };
    expect(exits).toEqual({ honest: 0, ...failed });
  });

  test('exits 3 and says how it is called when it is given no log or an unknown flag', () => {
    for (const argv of [[], ['nowhere'], ['nowhere', '--unknown']]) {
      const { exit, stdout, stderr } = run(...argv);
      expect([exit, stdout]).toEqual([3, '']);
      expect(stderr).toMatch(/usage: node countersign-verify\.mjs DIR|expected an exported log at `nowhere`/);
    }
  });

  test('holds nothing but Node’s own modules and states the licenses of what is inside', async () => {
    const text = await readFile(join(home, FILE), 'utf8');
    const imported = [...text.matchAll(/^import .*from "([^"]+)";$/gm)].map(([, name = '']) => name);
    expect(imported.length).toBeGreaterThan(5);
    expect(imported.filter((name) => !name.startsWith('node:'))).toEqual([]);
    expect(text).not.toMatch(/\brequire\(|\bimport\(/);
    expect(built.packages.map(({ name }) => name)).toEqual(expect.arrayContaining(['asn1js', 'pkijs']));
    for (const { name, version, license } of built.packages) {
      expect(license).toMatch(/^(MIT|BSD-3-Clause|0BSD|Apache-2\.0)$/);
      expect(text).toContain(`/* ${name} ${version} (${license})\n`);
    }
    expect(text.match(/Redistribution and use|Permission is hereby granted/g)?.length).toBe(built.packages.length);
  });

  test('has the same bytes when it is built again', async () => {
    const again = join(home, 'again.mjs');
    expect(await buildVerifier(again)).toEqual(built);
    expect(await readFile(again, 'utf8')).toBe(await readFile(join(home, FILE), 'utf8'));
    await rm(again);
  });
});
