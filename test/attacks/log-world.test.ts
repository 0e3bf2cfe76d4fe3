import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogWorld, writeLogFiles } from '../../attacks/log/log-world.ts';
import { verifyCommand } from '../../cli/verify.ts';
import { testIo } from '../cli/audit-io.ts';

let world: LogWorld;
let folder: string;

beforeAll(async () => {
  world = await LogWorld.open();
  folder = await mkdtemp(join(tmpdir(), 'log-world-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('an honest log', () => {
  it('holds several chains and checkpoints, each cosigned and stamped', () => {
    const paths = [...world.files().keys()];
    const kept = paths.filter((path) => path.startsWith('checkpoints/'));
    const note = new TextDecoder().decode(world.files().get('checkpoint'));
    expect(kept.filter((path) => path.endsWith('.tsr'))).toHaveLength(3);
    expect(kept).toHaveLength(6);
    expect(note.match(/witness\.example/g)).toHaveLength(3);
    expect(new Set(world.writer.events.map(({ chain }) => chain)).size).toBe(4);
    expect(paths).toContain('tile/0/000');
  });

  it('passes every check when its own keys are given', async () => {
    const certifier = Buffer.from(world.parties.certifier.publicKey).toString('base64');
    await writeLogFiles(folder, world.files().set('certifier', Buffer.from(certifier)));
    const given = {
      key: 'log.vkey',
      'witness-policy': 'witness.policy',
      tsa: 'tsa.pem',
      'certification-key': 'certifier',
      previous: [...world.files().keys()].find((path) => path.startsWith('checkpoints/')) ?? '',
    };
    const flags = Object.entries(given).flatMap(([flag, file]) => [`--${flag}`, join(folder, file)]);
    const io = testIo();
    const exit = await verifyCommand([folder, '--workers', '0', '--json', ...flags], io);
    expect(io.json()).toMatchObject({ ok: true, findings: [], size: world.writer.events.length });
    expect(exit).toBe(0);
  });
});
