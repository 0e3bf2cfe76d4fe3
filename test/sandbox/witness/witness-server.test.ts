import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../../core/ledger/hash.ts';
import { openNote } from '../../../core/ledger/log/note.ts';
import { openViews } from '../../../sandbox/witness/view-store.ts';
import { Witness } from '../../../sandbox/witness/witness.ts';
import { openWitnessKey, type WitnessKey } from '../../../sandbox/witness/witness-key.ts';
import { witnessServer } from '../../../sandbox/witness/witness-server.ts';
import { fork, ORIGIN } from './growing-log.ts';

const SHARED = 4;
const [honest, forged] = fork(SHARED);
const faults: unknown[] = [];
let folder: string;
let server: Server;
let key: WitnessKey;
let url: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'witness-'));
  key = openWitnessKey(join(folder, 'key.pem'), 'witness.example');
  const clock = { nowMs: () => 1_800_000_000_000 };
  const witness = new Witness({ key, logs: [honest.signer.key], views: openViews(join(folder, 'views')), clock });
  server = witnessServer(witness, (error) => faults.push(error)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a port');
  url = `http://127.0.0.1:${address.port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  rmSync(folder, { recursive: true, force: true });
});

const post = (body: string | Uint8Array<ArrayBuffer>) => fetch(`${url}/add-checkpoint`, { method: 'POST', body });

describe('a witness’s server', () => {
  it('cosigns, and shows what it cosigned, when it is asked over HTTP', async () => {
    const answer = await post(await honest.request(0, 5));
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
    const line = await answer.text();
    const view = await fetch(`${url}/${sha256Hex(ORIGIN)}/checkpoint`);
    expect(await view.text()).toBe(honest.note(5) + line);
    const stale = await post(await honest.request(0, 9));
    expect([stale.status, stale.headers.get('content-type'), await stale.text()]).toEqual([
      409,
      'text/x.tlog.size',
      '5\n',
    ]);
  });

  it.each([
    ['a body that is too long', 413, () => post('x'.repeat(65_537))],
    ['a body of the greatest length', 400, () => post('x'.repeat(65_536))],
    ['bytes that are no text', 400, () => post(Uint8Array.of(0x6f, 0xff))],
    ['a GET', 405, () => fetch(`${url}/add-checkpoint`)],
    ['a POST to a view', 405, () => fetch(`${url}/${sha256Hex(ORIGIN)}/checkpoint`, { method: 'POST', body: '' })],
    ['a view of no checkpoint', 404, () => fetch(`${url}/${sha256Hex(ORIGIN)}/checkpoint`)],
    ['a path that leads out', 404, () => fetch(`${url}/..%2fkey.pem/checkpoint`)],
    ['another path', 404, () => fetch(url)],
  ])('answers %s with %i', async (_what, status, send) => {
    const answer = await send();
    expect([answer.status, await answer.text()]).toEqual([status, expect.not.stringContaining('—')]);
  });

  it('answers 500 and cosigns nothing when its views cannot be kept', async () => {
    rmSync(join(folder, 'views'), { recursive: true });
    const answer = await post(await honest.request(0, 5));
    expect([answer.status, await answer.text()]).toEqual([500, 'the checkpoint could not be cosigned\n']);
    expect(faults).toMatchObject([{ code: 'ENOENT' }]);
  });

  it('cosigns one branch alone when both are sent at once', async () => {
    await post(await honest.request(0, SHARED));
    const logs = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? honest : forged));
    const requests = await Promise.all(logs.map((log, index) => log.request(SHARED, 5 + (index % 5))));
    const answers = await Promise.all(
      requests.map(async (body, index) => {
        const answer = await post(body);
        const note = `${logs[index]?.note(5 + (index % 5))}${await answer.text()}`;
        return { log: logs[index], status: answer.status, isCosigned: openNote(note, [key.verifierKey]).ok };
      }),
    );
    const cosigned = answers.filter(({ isCosigned }) => isCosigned);
    expect(cosigned).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
  });
});
