import { appendFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openClock } from '../../../sandbox/clock.ts';
import { openDurableLog, readDurableLog } from '../../../sandbox/front/durable-log.ts';
import { openVault } from '../../../sandbox/vault.ts';
import { accountId, temporaryFolder } from './fixture.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

describe('the clock', () => {
  test('keeps its offset over a restart', () => {
    openClock(folder.path, () => 1_000).advance(500);
    expect(openClock(folder.path, () => 2_000).nowMs()).toBe(2_500);
  });

  test('runs what falls due in order, and not what was cancelled', () => {
    const clock = openClock(folder.path, () => 0);
    const ran: string[] = [];
    clock.at(20, () => ran.push('second'));
    clock.at(10, () => ran.push('first'));
    clock.at(15, () => ran.push('cancelled'))();
    clock.at(50, () => ran.push('later'));
    clock.advance(30);
    expect(ran).toEqual(['first', 'second']);
    clock.close();
  });

  test.each([-1, Number.NaN, 1.5])('refuses to move by %s', (durationMs) => {
    expect(() => openClock(folder.path, () => 0).advance(durationMs)).toThrow('expected a whole number');
  });
});

describe('the vault', () => {
  const clock = { nowMs: () => 1_000_000 };
  const known = `arn:aws:iam::${accountId}:role/service/known`;
  const open = () => openVault({ stateDir: folder.path, clock, accountId, roleExists: (arn) => arn === known });

  test('knows its credentials after a restart, in a file only its owner may read', () => {
    const issued = open().issue(known, 'session', 60);
    expect(open().byAccessKeyId(issued.accessKeyId)).toEqual(issued);
    expect(issued.caller.arn).toBe(`arn:aws:sts::${accountId}:assumed-role/known/session`);
    expect(issued.expiresAtMs).toBe(1_060_000);
    expect(statSync(join(folder.path, 'credentials.json')).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['arn:aws:iam::111122223333:role/stranger', 'session', 60],
    [known, 'a session', 60],
    [known, 'session', 0],
    [known, 'session', 43_201],
  ])('refuses %s with the session %s for %i seconds', (arn, session, ttlSeconds) => {
    expect(() => open().issue(arn, session, ttlSeconds)).toThrow('expected a');
  });
});

describe('the log', () => {
  test('keeps entries in order and drops a line that was torn by a kill', async () => {
    const path = join(folder.path, 'log', 'entries.jsonl');
    const log = openDurableLog(path);
    await Promise.all([1, 2, 3].map((n) => log.append({ n })));
    log.close();
    appendFileSync(path, '{"n":4');
    expect(readDurableLog(path)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    const again = openDurableLog(path);
    await again.append({ n: 5 });
    again.close();
    expect(readDurableLog(path)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }, { n: 5 }]);
    await expect(again.append({ n: 6 })).rejects.toThrow('the log is closed');
  });
});
