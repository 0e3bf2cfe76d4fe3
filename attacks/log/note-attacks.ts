import { formatCheckpointBody } from '../../core/ledger/log/checkpoint.ts';
import type { VerifierKey } from '../../core/ledger/log/note.ts';
import { formatNote, signatureLine } from '../../core/ledger/log/note.ts';
import type { Presented } from './auditor.ts';
import { insider, newcomer, textIn } from './auditor.ts';
import { rowsOf, treeFiles, withFiles, withoutHistory, writtenAgain } from './forged-log.ts';
import type { LogAttack } from './log-attack.ts';
import type { LogBench } from './log-bench.ts';
import { LOG_ORIGIN } from './log-parties.ts';
import type { LogWorld } from './log-world.ts';

const ED25519_BYTES = 64;
const TIME_BYTES = 8;

/** Attacks on a checkpoint's name, signatures and timestamps. */
export function noteAttacks({ shared: world }: LogBench): readonly LogAttack[] {
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
  const { log, logKey, witnesses } = world.parties;
  const ofLog = (origin: string) => {
    const { size, root } = headOf(world);
    const body = formatCheckpointBody({ origin, size, root });
    const signature = log.sign(new TextEncoder().encode(body));
    return new TextEncoder().encode(formatNote(body, [signatureLine(logKey.name, logKey.keyId, signature)]));
  };
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
      name: 'checkpoint post-dated, to look fresh an hour later',
      caughtBy: ['C7'],
      forged: () => dated(world, HOUR_SECONDS),
      honest: () => dated(world, 0),
    },
    {
      name: 'checkpoint from the future',
      caughtBy: ['C3'],
      forged: () => unstamped(dated(world, HOUR_SECONDS), world),
      honest: () => unstamped(dated(world, 0), world),
    },
    {
      name: 'kept checkpoint under another’s name',
      caughtBy: ['C4'],
      forged: () =>
        shown({ [renamed(first)]: files.get(first.replace('.tsr', '')), [first.replace('.tsr', '')]: undefined }),
      honest: () => shown({}),
    },
    {
      name: 'checkpoint of another log by the same key',
      caughtBy: ['C1'],
      forged: () => ({
        files: withoutHistory(withFiles(files, { checkpoint: ofLog('other.example/log') })),
        auditor: { logKeys: [logKey] },
      }),
      honest: () => ({
        files: withoutHistory(withFiles(files, { checkpoint: ofLog(LOG_ORIGIN) })),
        auditor: { logKeys: [logKey] },
      }),
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

const HOUR_SECONDS = 3_600;

/** A checkpoint that says it was signed so much later than it was, as it looks to a newcomer at that time. */
function dated(world: LogWorld, postDatedSeconds: number): Presented {
  const rows = rowsOf(world.files());
  const forger = { isStamped: true, postDatedSeconds, colluding: world.parties.witnesses };
  const auditor = newcomer(world);
  return {
    files: writtenAgain(world, rows, [rows.length], forger),
    auditor: { ...auditor, nowMs: world.nowMs() + postDatedSeconds * 1_000 },
  };
}

/** The same to who trusts no time authority, and looks at once. */
function unstamped({ files, auditor }: Presented, world: LogWorld): Presented {
  const { verifyTimestamp: _, ...without } = auditor;
  return { files, auditor: { ...without, nowMs: world.nowMs() } };
}

/** The same size with another root. */
function renamed(stampPath: string): string {
  return stampPath.replace(/[0-9a-f]{64}\.tsr$/, 'ab'.repeat(32));
}

function headOf(world: LogWorld) {
  const { root } = treeFiles(rowsOf(world.files()).map(({ entry }) => entry));
  return { size: rowsOf(world.files()).length, root };
}
