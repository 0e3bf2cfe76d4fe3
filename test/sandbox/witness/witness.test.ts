import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../../core/ledger/hash.ts';
import { openNote } from '../../../core/ledger/log/note.ts';
import { formatAddCheckpoint } from '../../../core/ledger/log/witness-request.ts';
import { openViews, type ViewStore } from '../../../sandbox/witness/view-store.ts';
import { Witness } from '../../../sandbox/witness/witness.ts';
import { openWitnessKey } from '../../../sandbox/witness/witness-key.ts';
import { newLog, newWitness, signedCheckpoint } from '../../core/ledger/log/log-keys.ts';
import { fork, GrowingLog, ORIGIN } from './growing-log.ts';

const NAME = 'witness.example';
const SHARED = 4;
const [honest, forged] = fork(SHARED);
const HASH = sha256Hex(ORIGIN);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'witness-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const key = () => openWitnessKey(join(folder, 'key.pem'), NAME);
let nowMs = 1_800_000_000_000;

/** The witness of this folder, as after a restart. */
const started = (views: ViewStore = openViews(join(folder, 'views'))) =>
  new Witness({ key: key(), logs: [honest.signer.key], views, clock: { nowMs: () => nowMs } });

async function witnessAt(size: number): Promise<Witness> {
  const witness = started();
  expect(witness.addCheckpoint(await honest.request(0, size)).status).toBe(200);
  return witness;
}

describe('a witness', () => {
  it('cosigns the first checkpoint it sees, and each that extends it', async () => {
    const witness = await witnessAt(3);
    for (const [from, to] of [
      [3, 4],
      [4, 9],
      [9, 9],
    ] as const) {
      nowMs += 1_000;
      const answer = witness.addCheckpoint(await honest.request(from, to));
      expect(answer).toMatchObject({ status: 200, contentType: 'text/plain; charset=utf-8' });
      const opened = openNote(honest.note(to) + answer.body, [key().verifierKey]);
      expect(opened).toMatchObject({ ok: true, value: { verified: [{ timeSeconds: nowMs / 1_000 }] } });
    }
  });

  it('shows the checkpoint it cosigned last, with the log’s signature and its own alone', async () => {
    const stranger = signedCheckpoint(newLog(ORIGIN), 3, honest.root(3)).split('\n\n')[1] ?? '';
    const { body } = started().addCheckpoint((await honest.request(0, 3)) + stranger);
    expect(stranger).toContain(ORIGIN);
    expect(started().view(HASH)).toBe(honest.note(3) + body);
    expect(started().view(sha256Hex('other'))).toBeUndefined();
  });

  it('keeps its key over restarts', () => {
    expect(key().vkey).toBe(key().vkey);
    expect(openWitnessKey(join(folder, 'other.pem'), NAME).vkey).not.toBe(key().vkey);
  });

  it('knows several logs, each by itself, and several keys of one', async () => {
    const other = new GrowingLog(['x', 'y'], newLog('other.example'));
    const rotated = newLog(ORIGIN);
    const logs = [honest.signer.key, other.signer.key, rotated.key];
    const views = openViews(join(folder, 'views'));
    const witness = new Witness({ key: key(), logs, views, clock: { nowMs: () => nowMs } });
    expect(witness.addCheckpoint(await honest.request(0, 5)).status).toBe(200);
    expect(witness.addCheckpoint(await other.request(0, 2)).status).toBe(200);
    const note = signedCheckpoint(rotated, 5, honest.root(5));
    expect(witness.addCheckpoint(formatAddCheckpoint({ oldSize: 5, proof: [], note })).status).toBe(200);
  });

  const stranger = newLog(ORIGIN);
  const hash = new Uint8Array(32);
  const beside = (body: string) => body + signedCheckpoint(honest.signer, 9, hash).split('\n\n')[1];
  it.each<readonly [string, number, () => string | Promise<string>]>([
    ['is no request', 400, () => 'hello'],
    ['holds no note', 400, () => `old 5\n\n${honest.note(9).slice(0, -1)}`],
    ['holds a note that is no checkpoint', 400, () => 'old 5\n\nhello\n\n— a AAAAAAAA\n'],
    ['is of a log it does not know', 404, () => new GrowingLog(['x'], newLog('other.example')).request(0, 1)],
    [
      'has another log’s origin under this log’s key',
      404,
      () =>
        formatAddCheckpoint({ oldSize: 0, proof: [], note: signedCheckpoint(honest.signer, 1, hash, 'other.example') }),
    ],
    [
      'is signed with another key',
      403,
      () => formatAddCheckpoint({ oldSize: 5, proof: [], note: signedCheckpoint(stranger, 9, honest.root(9)) }),
    ],
    [
      'is signed by nobody it knows',
      403,
      async () =>
        formatAddCheckpoint({ oldSize: 5, proof: [], note: signedCheckpoint(newWitness(ORIGIN), 9, honest.root(9)) }),
    ],
    ['has a bad signature beside the good one', 403, async () => beside(await honest.request(5, 9))],
    [
      'claims an old size above its own',
      400,
      () => formatAddCheckpoint({ oldSize: 6, proof: [], note: honest.note(5) }),
    ],
    ['would roll back, honestly', 400, () => formatAddCheckpoint({ oldSize: 5, proof: [], note: honest.note(3) })],
    ['would roll back from an older size', 409, () => honest.request(2, 3)],
    ['begins anew', 409, () => honest.request(0, 9)],
    ['is of this size with another root', 409, () => forged.request(5, 5)],
    ['is of a fork, with the fork’s proof', 422, () => forged.request(5, 9)],
    [
      'is of a fork, with the honest proof',
      422,
      async () => formatAddCheckpoint({ oldSize: 5, proof: await honest.proof(5, 9), note: forged.note(9) }),
    ],
    ['has no proof', 422, () => formatAddCheckpoint({ oldSize: 5, proof: [], note: honest.note(9) })],
    [
      'has a hash too many',
      422,
      async () =>
        formatAddCheckpoint({ oldSize: 5, proof: [...(await honest.proof(5, 9)), hash], note: honest.note(9) }),
    ],
    [
      'has a proof that is not needed',
      422,
      () => formatAddCheckpoint({ oldSize: 5, proof: [hash], note: honest.note(5) }),
    ],
  ])('cosigns nothing and keeps its view when a request %s', async (_what, status, request) => {
    const witness = await witnessAt(5);
    const view = witness.view(HASH);
    const answer = witness.addCheckpoint(await request());
    expect(answer.status).toBe(status);
    expect(answer.body).not.toContain(NAME);
    expect(witness.view(HASH)).toBe(view);
  });

  it('tells its size when it is asked from another', async () => {
    const witness = await witnessAt(5);
    expect(witness.addCheckpoint(await honest.request(2, 9))).toEqual({
      status: 409,
      contentType: 'text/x.tlog.size',
      body: '5\n',
    });
    expect(witness.addCheckpoint(await forged.request(5, 5)).contentType).toBe('text/plain; charset=utf-8');
  });

  it('takes no tree without leaves that has another root than nothing has', async () => {
    const lying = formatAddCheckpoint({ oldSize: 0, proof: [], note: signedCheckpoint(honest.signer, 0, hash) });
    expect(started().addCheckpoint(lying).status).toBe(409);
    expect(started().addCheckpoint(await honest.request(0, 0)).status).toBe(200);
    const proven = formatAddCheckpoint({ oldSize: 0, proof: [hash], note: honest.note(3) });
    expect(started().addCheckpoint(proven).status).toBe(422);
  });
});

describe('a witness that is cut off', () => {
  const views = () => openViews(join(folder, 'views'));
  const failing = (when: 'before' | 'after'): ViewStore => ({
    ...views(),
    write: (origin, note) => {
      if (when === 'after') views().write(origin, note);
      throw new Error('cut off');
    },
  });

  it('has cosigned nothing and goes on from its view when it was cut off before it kept the new one', async () => {
    await witnessAt(5);
    const request = await honest.request(5, 9);
    expect(() => started(failing('before')).addCheckpoint(request)).toThrow('cut off');
    expect(started().addCheckpoint(await honest.request(0, 9)).body).toBe('5\n');
    expect(started().addCheckpoint(request).status).toBe(200);
  });

  it('stands by the new view when it was cut off after it kept it, though nobody has its answer', async () => {
    await witnessAt(SHARED);
    expect(() => started(failing('after')).addCheckpoint(requests.honest)).toThrow('cut off');
    expect(started().addCheckpoint(requests.forged)).toMatchObject({ status: 409, body: '9\n' });
    expect(started().addCheckpoint(await honest.request(9, 9)).status).toBe(200);
  });

  const requests = { honest: '', forged: '' };
  beforeEach(async () => {
    requests.honest = await honest.request(SHARED, 9);
    requests.forged = await forged.request(SHARED, 9);
  });

  it('goes by the view that is in place when a half-written one lies beside it', async () => {
    await witnessAt(5);
    writeFileSync(join(folder, 'views', `${HASH}.checkpoint.partial`), forged.note(9).slice(0, 40));
    expect(started().addCheckpoint(await honest.request(5, 9)).status).toBe(200);
  });

  it.each([
    ['another checkpoint', () => forged.note(3)],
    [
      'a damaged one',
      () => readFileSync(join(folder, 'views', `${HASH}.checkpoint`), 'utf8').replace('\n5\n', '\n3\n'),
    ],
    ['nothing', () => ''],
  ])('cosigns nothing when its view was replaced with %s', async (_what, content) => {
    await witnessAt(5);
    const request = await honest.request(3, 9);
    writeFileSync(join(folder, 'views', `${HASH}.checkpoint`), content());
    expect(() => started().addCheckpoint(request)).toThrow('expected a checkpoint that this witness cosigned');
  });

  it('never cosigns two roots of one size, whatever is sent, cut off and sent again', async () => {
    const sizes = Array.from({ length: 10 }, (_, size) => size);
    const table = new Map<string, string>();
    for (const [name, log] of [
      ['honest', honest],
      ['forged', forged],
    ] as const)
      for (const to of sizes)
        for (const from of sizes.slice(0, to + 1)) table.set(`${name} ${from} ${to}`, await log.request(from, to));
    const command = fc.record({
      request: fc.constantFrom(...table.keys()),
      fault: fc.constantFrom('none', 'none', 'none', 'before', 'after'),
    });
    const branches = new Set<string>();
    const parts = { key: key(), logs: [honest.signer.key], clock: { nowMs: () => nowMs } };
    fc.assert(
      fc.property(fc.array(command, { minLength: 20, maxLength: 80 }), (commands) => {
        const kept = new Map<string, string>();
        const cosigned = new Set<string>();
        for (const { request, fault } of commands) {
          const store: ViewStore = {
            read: (origin) => kept.get(origin),
            readByHash: () => undefined,
            write: (origin, note) => {
              if (fault !== 'before') kept.set(origin, note);
              if (fault !== 'none') throw new Error('cut off');
            },
          };
          const [name, , size] = request.split(' ');
          try {
            if (new Witness({ ...parts, views: store }).addCheckpoint(table.get(request) ?? '').status !== 200)
              continue;
          } catch {
            continue;
          }
          if (Number(size) <= SHARED) continue;
          cosigned.add(`${name}`);
          branches.add(`${name}`);
        }
        return cosigned.size <= 1;
      }),
      { numRuns: 60 },
    );
    expect(branches).toEqual(new Set(['honest', 'forged']));
  });
});
