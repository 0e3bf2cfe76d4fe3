import { join } from 'node:path';
import type { CommandIo } from '../../command.ts';
import { verifyCommand } from '../../verify.ts';
import { runJson } from '../run-json.ts';
import type { Check, DemoWorld } from '../world.ts';
import { check } from '../world.ts';

/** What checking the archive came to. */
export interface ArchiveCheck {
  readonly check: Check;
  readonly events: number;
  readonly verified: boolean;
}

/** The whole archive verifies; with one byte flipped on disk it does not, and the record is named. */
export async function checkArchive(world: DemoWorld, io: CommandIo): Promise<ArchiveCheck> {
  await world.drain();
  const place = `s3://${world.names.archiveBucket}`;
  const heads = join(world.scratchDir, 'heads.json');
  const before = await runJson(verifyCommand, [place, '--save-heads', heads], io);
  const key = await someObject(world);
  await world.flipArchivedByte(key, 200);
  const flipped = await runJson(verifyCommand, [place, '--heads', heads], io);
  await world.flipArchivedByte(key, 200);
  const restored = await runJson(verifyCommand, [place, '--heads', heads], io);
  const events = Number(before.output['events']);
  const failure = JSON.stringify(firstFailure(flipped.output));
  return {
    events,
    verified: before.exitCode === 0 && restored.exitCode === 0,
    check: check('one flipped byte in the archive is caught', [
      [before.exitCode === 0 && events > 0, `${events} events verify`],
      [flipped.exitCode === 1 && failure.includes(key), `one byte flipped: ${failure}`],
      [restored.exitCode === 0, `flipped back, they verify again (${restored.exitCode})`],
    ]),
  };
}

async function someObject(world: DemoWorld): Promise<string> {
  const keys = await world.archivedKeys();
  const key = keys.find((each) => each.startsWith('events/'));
  if (key === undefined) throw new Error('expected archived events, got none');
  return key;
}

function firstFailure(output: Record<string, unknown>): unknown {
  const failures = output['failures'];
  return Array.isArray(failures) ? failures[0] : output;
}
