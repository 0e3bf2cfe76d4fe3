import { agentChain, type ChainPosition, chainEvent, emptyChain } from '../../core/ledger/event.ts';
import { checkpointFormat } from '../../core/ledger/log/checkpoint-format.ts';
import { formatLogProof } from '../../core/ledger/log/log-proof.ts';
import { inclusionProof } from '../../core/ledger/log/merkle-proof.ts';
import { appendEntries, EMPTY_EDGE } from '../../core/ledger/log/tree-edge.ts';
import { testSigner } from '../vectors/test-signer.ts';

/** A file of the exported log. */
export interface SampleFile {
  readonly path: string;
  readonly bytes: Uint8Array | string;
}

const ORIGIN = 'sample.countersign.example/log';
const AGENTS = 40;
const PROOFS = 20;
const FIRST_TIME_SECONDS = 1_800_000_000;

const log = testSigner(ORIGIN);
const witnesses = ['one', 'two', 'three'].map((name) => testSigner(`witness.countersign.example/${name}`));

/**
 * A log as the sequencer would leave it in its bucket after it grew to the sizes, with its verifier keys beside it, and
 * proofs of some entries of the last tree. The same bytes whenever it is made.
 */
export async function* sampleLog(sizes: readonly number[]): AsyncGenerator<SampleFile> {
  const stored = new Map<string, Uint8Array>();
  const entries = sampleEntries(sizes.at(-1) ?? 0);
  let edge = EMPTY_EDGE;
  let checkpoint = '';
  for (const [turn, size] of sizes.entries()) {
    const grown = appendEntries(edge, entries.slice(edge.size, size));
    edge = grown.edge;
    for (const { path, bytes } of grown.files) {
      stored.set(path, bytes);
      yield { path, bytes };
    }
    const rootHex = Buffer.from(grown.root).toString('hex');
    checkpoint = signedHead(size, rootHex, FIRST_TIME_SECONDS + turn * 10);
    yield { path: `checkpoints/${String(size).padStart(16, '0')}-${rootHex}`, bytes: checkpoint };
  }
  yield { path: 'checkpoint', bytes: checkpoint };
  yield { path: 'log.vkey', bytes: `${log.vkey}\n` };
  yield { path: 'cosigners.vkeys', bytes: [log, ...witnesses].map(({ timedVkey }) => `${timedVkey}\n`).join('') };
  for (let turn = 0; turn < PROOFS; turn += 1) {
    const index = Math.floor((turn * (edge.size - 1)) / (PROOFS - 1));
    const hashes = await inclusionProof(async (path) => stored.get(path), edge.size, index);
    yield { path: `proofs/${index}.tlog-proof`, bytes: formatLogProof({ index, hashes, checkpoint }) };
  }
}

function signedHead(size: number, rootHex: string, timeSeconds: number): string {
  const format = checkpointFormat(ORIGIN, [log.publicKey]);
  const body = format.body(size, rootHex);
  const timedSignature = log.sign(format.timedMessage(body, timeSeconds));
  const note = format.note(body, timeSeconds, [
    { publicKey: log.publicKey, signature: log.sign(body), timedSignature },
  ]);
  if (note === undefined) throw new Error('expected signatures that verify');
  const text = new TextDecoder().decode(body);
  const lines = witnesses.map((witness, place) => witness.timedLine(text, timeSeconds + 1 + place));
  return new TextDecoder().decode(format.addLines(note, lines));
}

/** Entries of several agents' chains in turn. */
function sampleEntries(count: number): readonly Uint8Array[] {
  const positions = new Map<string, ChainPosition>();
  return Array.from({ length: count }, (_, index) => {
    const agentId = `111122223333:countersign-agent-${index % AGENTS}`;
    const chain = agentChain(agentId);
    const event = chainEvent(
      chain,
      positions.get(chain) ?? emptyChain(chain),
      { type: 'session.closed', agentId, frameworkRefs: ['AIR-OP-009'], data: { sessionId: `session ${index}` } },
      String(index).padStart(26, '0'),
      FIRST_TIME_SECONDS * 1_000 + index,
    );
    positions.set(chain, { nextSeq: event.seq + 1, prevHash: event.hash, lastTimeMs: event.timeMs });
    return event.entry;
  });
}
