import { checkpointFormat } from '../../core/ledger/log/checkpoint-format.ts';
import { noteKeyId, SIGNATURE_ED25519 } from '../../core/ledger/log/note.ts';
import type { Presented } from './auditor.ts';
import { insider, keyHolder, newcomer } from './auditor.ts';
import { writeRounds } from './chain-writer.ts';
import { continued } from './continued-log.ts';
import type { Forger } from './forged-log.ts';
import { otherRows, rowsOf, writtenAgain } from './forged-log.ts';
import type { LogAttack } from './log-attack.ts';
import type { LogBench } from './log-bench.ts';
import { LOG_ORIGIN } from './log-parties.ts';
import type { LogWorld } from './log-world.ts';
import { signingKey } from './signing-key.ts';

/** Attacks by whoever writes another history and has some of the keys it takes. */
export function keyAttacks(bench: LogBench): readonly LogAttack[] {
  const world = bench.shared;
  const rows = rowsOf(world.files());
  const sizes = [95, rows.length];
  const { witnesses } = world.parties;
  const rewritten = (forger: Forger) => writtenAgain(world, otherRows(rows.length), sizes, forger);
  const signedBy = (count: number): Forger => ({ isStamped: true, colluding: witnesses.slice(0, count) });
  const honest = (count: number) => () => ({
    files: writtenAgain(world, rows, sizes, signedBy(count)),
    auditor: newcomer(world),
  });
  return [
    {
      name: 'all written again under another key',
      caughtBy: ['C1', 'C4'],
      forged: () => ({ files: rewritten({ log: signingKey() }), auditor: keyHolder(world) }),
      honest: () => rotated(bench),
    },
    {
      name: 'continued with the key of before, stolen after its time',
      caughtBy: ['C1', 'C4'],
      forged: async () => {
        const auditor = keyHolder(world);
        const logKeys = auditor.logKeys.map((key) => ({ ...key, untilSize: secondSize(world) }));
        return { files: await continued(bench, 2, 1), auditor: { ...auditor, logKeys } };
      },
      honest: () => rotated(bench),
    },
    {
      name: 'all written again with the stolen key',
      caughtBy: ['C2'],
      forged: () => ({ files: rewritten(signedBy(0)), auditor: newcomer(world) }),
      honest: honest(2),
    },
    {
      name: 'all written again with the stolen key and one witness’s',
      caughtBy: ['C2'],
      forged: () => ({ files: rewritten(signedBy(1)), auditor: newcomer(world) }),
      honest: honest(3),
    },
    {
      name: 'all written again with the stolen key and two witnesses’',
      caughtBy: ['C3'],
      // The quorum is met: only the third witness knows better.
      forged: () => ({ files: rewritten(signedBy(2)), auditor: asking(world) }),
      honest: () => ({ files: world.files(), auditor: asking(world) }),
    },
  ];
}

/** A newcomer who also asks the third witness what it saw. */
function asking(world: LogWorld): Presented['auditor'] {
  return { ...newcomer(world), witnessViews: insider(world).witnessViews?.slice(2) ?? [] };
}

/** Leaves of the log's checkpoint before the last. */
function secondSize(world: LogWorld): number {
  const sizes = [...world.files().keys()].map((path) => Number(/^checkpoints\/(\d+)-[0-9a-f]+$/.exec(path)?.[1]));
  return sizes.filter((size) => size > 0).sort((left, right) => left - right)[1] ?? 0;
}

/** A log that goes over to another key: both sign a last checkpoint, until which the first is known to be good. */
async function rotated(bench: LogBench): Promise<Presented> {
  const world = await bench.fresh();
  const { logKey, log } = world.parties;
  const next = signingKey();
  const keys = [log, next];
  writeRounds(world.writer, 3, 'rotated');
  const signers = keys.map(({ publicKey, sign }) => ({ publicKey, sign: async (bytes: Uint8Array) => sign(bytes) }));
  const publicKeys = keys.map(({ publicKey }) => publicKey);
  const grown = await world.sequence({ signers, checkpoints: checkpointFormat(LOG_ORIGIN, publicKeys) });
  if (!grown.ok) throw new Error(`expected the log to grow, got \`${grown.problem.code}\``);
  const untilSize = world.writer.events.length;
  const nextKey = { ...logKey, publicKey: next.publicKey, keyId: keyIdOf(next.publicKey) };
  return { files: world.files(), auditor: { ...insider(world), logKeys: [{ ...logKey, untilSize }, nextKey] } };
}

function keyIdOf(publicKey: Uint8Array): number {
  return noteKeyId(LOG_ORIGIN, SIGNATURE_ED25519, publicKey);
}
