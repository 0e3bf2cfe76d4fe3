import { verify } from 'node:crypto';
import { ed25519PublicKey } from '../../core/ed25519.ts';
import { formatCheckpointBody } from '../../core/ledger/log/checkpoint.ts';
import { formatLogProof, type LogTrust, verifyLogProof } from '../../core/ledger/log/log-proof.ts';
import { consistencyProof, inclusionProof } from '../../core/ledger/log/merkle-proof.ts';
import { formatNote, parseVerifierKey, type VerifierKey } from '../../core/ledger/log/note.ts';
import { appendEntries, EMPTY_EDGE } from '../../core/ledger/log/tree-edge.ts';
import { testSigner } from '../../tools/vectors/test-signer.ts';
import { median } from '../statistics.ts';
import { cpuSeconds } from './cpu.ts';

/** Leaves of the tree that proofs are made of. */
export const TREE_SIZE = 1_000_000;

const ENTRY_BYTES = 800;
const CHUNK = 25_600;
const ROUNDS = 7;
const PROOFS = 1_000;
const VERIFICATIONS = 300;
const TIME_SECONDS = 1_800_000_000;

const log = testSigner('bench.countersign.example/log');
const witnesses = ['one', 'two', 'three'].map((name) => testSigner(`witness.countersign.example/${name}`));

/** Proofs from the tiles of a tree in memory, each as if it were the only one: nothing is cached between them. */
export interface ProofSpeed {
  readonly inclusionsPerSecond: number;
  readonly inclusionReads: number;
  readonly inclusionHashes: number;
  readonly consistenciesPerSecond: number;
  readonly consistencyReads: number;
  /** A proof file with the log's signature and three cosignatures, bytes; and each cosignature's share. */
  readonly proofBytes: number;
  readonly cosignatureBytes: number;
  /** Whole proof files verified, all four signatures and the path. */
  readonly verifiedPerSecond: number;
  /** Four bare signatures verified, and nothing else. */
  readonly bareVerifiedPerSecond: number;
}

/** Measures proofs in a tree of {@link TREE_SIZE} leaves. */
export async function proofSpeed(): Promise<ProofSpeed> {
  const tree = largeTree();
  let reads = 0;
  const reader = async (path: string) => {
    reads += 1;
    return tree.tiles.get(path);
  };
  const inclusions = await repeated(PROOFS, (turn) => inclusionProof(reader, TREE_SIZE, indexOf(turn)));
  const inclusionReads = reads / (ROUNDS * PROOFS);
  reads = 0;
  const consistencies = await repeated(PROOFS, (turn) => consistencyProof(reader, 1 + indexOf(turn), TREE_SIZE));
  const consistencyReads = reads / (ROUNDS * PROOFS);
  const files = await Promise.all(
    Array.from({ length: VERIFICATIONS }, (_, turn) => proofFile(tree, reader, indexOf(turn))),
  );
  const bare = bareVerification();
  return {
    inclusionsPerSecond: inclusions,
    inclusionReads,
    inclusionHashes: (await inclusionProof(reader, TREE_SIZE, 0)).length,
    consistenciesPerSecond: consistencies,
    consistencyReads,
    proofBytes: median(files.map(({ text }) => Buffer.byteLength(text))),
    cosignatureBytes: Buffer.byteLength(witnesses[0]?.timedLine('', TIME_SECONDS) ?? ''),
    verifiedPerSecond: await repeated(VERIFICATIONS, (turn) => verifyFile(files[turn % files.length])),
    bareVerifiedPerSecond: await repeated(VERIFICATIONS, bare),
  };
}

interface LargeTree {
  readonly tiles: ReadonlyMap<string, Uint8Array>;
  readonly root: Uint8Array;
}

function largeTree(): LargeTree {
  const tiles = new Map<string, Uint8Array>();
  let edge = EMPTY_EDGE;
  let root: Uint8Array = new Uint8Array();
  while (edge.size < TREE_SIZE) {
    const count = Math.min(CHUNK, TREE_SIZE - edge.size);
    const grown = appendEntries(
      edge,
      Array.from({ length: count }, (_, at) => entryAt(edge.size + at)),
    );
    for (const { path, bytes } of grown.files) if (!path.startsWith('tile/entries/')) tiles.set(path, bytes);
    ({ edge, root } = grown);
  }
  return { tiles, root };
}

function entryAt(index: number): Uint8Array {
  const entry = Buffer.alloc(ENTRY_BYTES, 0x20);
  entry.writeUInt32BE(index);
  return entry;
}

/** Indices all over the tree, the same in every run. */
function indexOf(turn: number): number {
  return (turn * 7_368_787) % TREE_SIZE;
}

interface ProofFile {
  readonly text: string;
  readonly entry: Uint8Array;
}

async function proofFile(
  tree: LargeTree,
  reader: (path: string) => Promise<Uint8Array | undefined>,
  index: number,
): Promise<ProofFile> {
  const body = formatCheckpointBody({ origin: log.name, size: TREE_SIZE, root: tree.root });
  const lines = witnesses.map((witness) => witness.timedLine(body, TIME_SECONDS));
  const checkpoint = formatNote(body, [log.line(body), ...lines]);
  const hashes = await inclusionProof(reader, TREE_SIZE, index);
  return { text: formatLogProof({ index, hashes, checkpoint }), entry: entryAt(index) };
}

const cosigners = witnesses.map(({ timedVkey }) => keyOf(timedVkey));
const TRUST: LogTrust = {
  logKeys: [keyOf(log.vkey)],
  origin: log.name,
  policy: { keys: cosigners, isMetBy: (verified) => cosigners.every((key) => verified.includes(key)) },
};

function keyOf(vkey: string): VerifierKey {
  const key = parseVerifierKey(vkey);
  if (!key.ok) throw new Error(`expected a verifier key, got \`${vkey}\``);
  return key.value;
}

function verifyFile(file: ProofFile | undefined): void {
  if (file === undefined || !verifyLogProof(file.text, file.entry, TRUST).ok)
    throw new Error('expected a proof that verifies');
}

function bareVerification(): () => void {
  const message = Buffer.alloc(120, 1);
  const signature = log.sign(message);
  const key = ed25519PublicKey(log.publicKey);
  return () => {
    for (let turn = 0; turn <= witnesses.length; turn += 1)
      if (!verify(null, message, key, signature)) throw new Error('expected a signature that verifies');
  };
}

async function repeated(times: number, work: (turn: number) => unknown): Promise<number> {
  const seconds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    seconds.push(
      await cpuSeconds(async () => {
        for (let turn = 0; turn < times; turn += 1) await work(turn);
      }),
    );
  return Math.round(times / median(seconds));
}
