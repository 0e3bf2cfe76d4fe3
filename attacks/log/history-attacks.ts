import { checkpointFormat } from '../../core/ledger/log/checkpoint-format.ts';
import type { VerifierKey } from '../../core/ledger/log/note.ts';
import { noteKeyId, SIGNATURE_ED25519, signatureLine } from '../../core/ledger/log/note.ts';
import type { LogFiles, Presented } from './auditor.ts';
import { insider, keyHolder, newcomer, textIn } from './auditor.ts';
import { writeRounds } from './chain-writer.ts';
import type { Forger } from './forged-log.ts';
import { otherRows, rowsOf, withFiles, writtenAgain } from './forged-log.ts';
import type { LogAttack } from './log-attack.ts';
import type { LogBench } from './log-bench.ts';
import { LOG_ORIGIN } from './log-parties.ts';
import type { LogWorld } from './log-world.ts';
import { signingKey } from './signing-key.ts';

/** Attacks by whoever shows another history: an older one, a rewritten one, or different ones to different people. */
export function historyAttacks(bench: LogBench): readonly LogAttack[] {
  return [...cutAttacks(bench), ...rewritingAttacks(bench), ...noteAttacks(bench.shared)];
}

/** A log of a while ago, shown after it has grown by so many rounds of four seconds. */
async function heldBack(bench: LogBench, rounds: number) {
  const world = await bench.fresh();
  const files = world.files();
  writeRounds(world.writer, rounds, 'later');
  await world.publish();
  return { files, world };
}

function cutAttacks(bench: LogBench): readonly LogAttack[] {
  // Nobody asks the witnesses here: how old the checkpoint is must show it.
  const unasked = async (rounds: number): Promise<Presented> => {
    const { files, world } = await heldBack(bench, rounds);
    return { files, auditor: { ...insider(world), witnessViews: [] } };
  };
  return [
    { name: 'older checkpoint shown', caughtBy: ['C3'], forged: () => unasked(20), honest: () => unasked(0) },
    {
      name: 'checkpoint of some seconds ago shown',
      caughtBy: ['C3'],
      forged: async () => {
        const { files, world } = await heldBack(bench, 5);
        return { files, auditor: insider(world) };
      },
      // The log has grown, and no witness knows of it yet.
      honest: async () => {
        const { files, world } = await heldBack(bench, 0);
        world.writer.nowMs += 20_000;
        return { files, auditor: insider(world) };
      },
    },
  ];
}

function rewritingAttacks(bench: LogBench): readonly LogAttack[] {
  const world = bench.shared;
  const rows = rowsOf(world.files());
  const sizes = [95, rows.length];
  const { witnesses } = world.parties;
  const stamped: Forger = { isStamped: true };
  const rewritten = (forger: Forger) => writtenAgain(world, otherRows(rows.length), sizes, forger);
  const returning = { ...keyHolder(world), previous: textIn(world.files(), 'checkpoint') };
  const signedBy = (count: number) => () => ({
    files: writtenAgain(world, rows, sizes, { ...stamped, colluding: witnesses.slice(0, count) }),
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
      forged: () => ({ files: rewritten(stamped), auditor: newcomer(world) }),
      honest: signedBy(2),
    },
    {
      name: 'all written again with the stolen key and one witness’s',
      caughtBy: ['C2'],
      forged: () => ({ files: rewritten({ ...stamped, colluding: witnesses.slice(0, 1) }), auditor: newcomer(world) }),
      honest: signedBy(3),
    },
    {
      name: 'two trees of one size for two people',
      caughtBy: ['C2'],
      forged: async () => ({ files: await continued(bench, 2, 1), auditor: newcomer(world) }),
      honest: () => ({ files: world.files(), auditor: newcomer(world) }),
    },
    {
      name: 'log set back and grown again',
      caughtBy: ['C4'],
      forged: async () => ({ files: await continued(bench, 1, 3), auditor: returning }),
      honest: () => ({ files: world.files(), auditor: returning }),
    },
  ];
}

const ROUNDS = 23;

/**
 * Some of the log's own checkpoints and so many others after them, in the log's rhythm, by its own sequencer and key; no
 * witness is asked.
 */
async function continued(bench: LogBench, own: number, others: number): Promise<LogFiles> {
  const world = await bench.fresh({ checkpoints: own, rounds: ROUNDS });
  for (let number = 0; number < others; number += 1) {
    writeRounds(world.writer, ROUNDS, `other${number}`);
    const grown = await world.sequence({ witnesses: { cosign: async () => [] } });
    if (!grown.ok) throw new Error(`expected the log to grow, got \`${grown.problem.code}\``);
  }
  return world.files();
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

const ED25519_BYTES = 64;
const TIME_BYTES = 8;

/** Attacks on a checkpoint's signatures and timestamps. */
function noteAttacks(world: LogWorld): readonly LogAttack[] {
  const files = world.files();
  const stamps = [...files.keys()].filter((path) => path.endsWith('.tsr')).sort();
  const [first = '', last = ''] = [stamps[0], stamps.at(-1)];
  const shown = (changes: { readonly [path: string]: Uint8Array | undefined }): Presented => ({
    files: withFiles(files, changes),
    auditor: insider(world),
  });
  const withLine = ({ name, keyId }: VerifierKey, bytes: number) => {
    const note = `${textIn(files, 'checkpoint')}${signatureLine(name, keyId, new Uint8Array(bytes))}`;
    return shown({ checkpoint: new TextEncoder().encode(note) });
  };
  const { logKey, witnesses } = world.parties;
  const witnessKey = witnesses[0]?.key.verifierKey ?? logKey;
  const unknown = () => withLine({ ...logKey, keyId: logKey.keyId + 1 }, ED25519_BYTES);
  return [
    {
      name: 'timestamp of another checkpoint',
      caughtBy: ['C7'],
      forged: () => shown({ [last]: files.get(first) }),
      // The authority did not answer then; the next timestamp covers that checkpoint too.
      honest: () => shown({ [first]: undefined }),
    },
    {
      name: 'timestamp taken away',
      caughtBy: ['C7'],
      forged: () => shown({ [last]: undefined }),
      honest: () => shown({}),
    },
    {
      name: 'bad signature of the log beside its good one',
      caughtBy: ['C1'],
      forged: () => withLine(logKey, ED25519_BYTES),
      honest: unknown,
    },
    {
      name: 'bad cosignature beside good ones',
      caughtBy: ['C2'],
      forged: () => withLine(witnessKey, TIME_BYTES + ED25519_BYTES),
      honest: unknown,
    },
  ];
}
