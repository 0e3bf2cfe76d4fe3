import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { chainEvent, emptyChain } from '../../../../core/ledger/event.ts';
import { ledgerRow } from '../../../../core/ledger/ledger-row.ts';
import { verifyLogProof } from '../../../../core/ledger/log/log-proof.ts';
import type { VerifierKey } from '../../../../core/ledger/log/note.ts';
import { noteKeyId, SIGNATURE_ED25519 } from '../../../../core/ledger/log/note.ts';
import { LogDamaged, proveEvent } from '../../../../core/ledger/log/prove-event.ts';
import { appendEntries, EMPTY_EDGE } from '../../../../core/ledger/log/tree-edge.ts';
import { TEST_NOW_MS } from '../../../support/deps.ts';
import { logSigners, signedCheckpoint } from '../../../support/log-world.ts';
import { TEST_ORIGIN } from '../../../support/receipts.ts';
import { AGENT_CHAIN } from '../sample-log.ts';

const OTHERS = Array.from({ length: 300 }, (_, index) => new TextEncoder().encode(`entry ${index}`));

/** A chain of five events, of which the log took in the second to fourth, after 300 entries of others. */
function given(publishedSize = OTHERS.length + 3) {
  const signers = logSigners();
  let position = emptyChain(AGENT_CHAIN);
  const events = Array.from({ length: 5 }, (_, index) => {
    const timeMs = TEST_NOW_MS + index;
    const draft = { type: 'session.closed', frameworkRefs: ['AIR-SEC-024'], data: {} } as const;
    const event = chainEvent(AGENT_CHAIN, position, draft, ulid(timeMs), timeMs);
    position = { nextSeq: event.seq + 1, prevHash: event.hash, lastTimeMs: timeMs };
    return event;
  });
  const rows = events.map((event) => ledgerRow(event.chain, event.seq, event.bytes));
  const leaves = [...OTHERS, ...events.slice(1, 4).map(({ entry }) => entry)].slice(0, publishedSize);
  const tree = appendEntries(EMPTY_EDGE, leaves);
  const files = new Map(tree.files.map(({ path, bytes }) => [path, bytes]));
  files.set('checkpoint', signedCheckpoint(leaves.length, tree.root, { signers, timeSeconds: TEST_NOW_MS / 1_000 }));
  const range = { chain: AGENT_CHAIN, firstSeq: 1, count: 3, firstIndex: OTHERS.length, lastHash: '' };
  const ports = {
    rows: {
      readRows: async (_chain: string, fromSeq: number, limit: number) =>
        rows.filter(({ seq }) => seq >= fromSeq).slice(0, limit),
      lastRow: async () => rows.at(-1),
    },
    ranges: { rangeAt: async (_chain: string, seq: number) => (seq < range.firstSeq ? undefined : range) },
    read: async (path: string) => files.get(path),
  };
  const { publicKey } = signers.log;
  const keyId = noteKeyId(TEST_ORIGIN, SIGNATURE_ED25519, publicKey);
  const logKey: VerifierKey = { name: TEST_ORIGIN, type: SIGNATURE_ED25519, keyId, publicKey };
  const prove = (seq: number) => proveEvent(ports, AGENT_CHAIN, events[seq]?.id ?? '');
  const check = (proof: string, seq: number) =>
    verifyLogProof(proof, events[seq]?.entry ?? new Uint8Array(), { logKeys: [logKey], origin: TEST_ORIGIN });
  return { ports, prove, check, files };
}

describe('proveEvent', () => {
  it.each([1, 2, 3])('proves event %d of a chain at its own leaf, and no other event by it', async (seq) => {
    const { prove, check } = given();
    const proof = await prove(seq);
    if (!proof.ok) throw new Error(proof.problem.code);
    expect(check(proof.value, seq)).toMatchObject({ ok: true, value: { index: OTHERS.length + seq - 1, size: 303 } });
    expect(check(proof.value, seq - 1)).toMatchObject({ ok: false, problem: { code: 'entry_not_included' } });
  });

  it('knows no event of another id', async () => {
    const { ports } = given();
    const proof = await proveEvent(ports, AGENT_CHAIN, ulid(TEST_NOW_MS + 1));
    expect(proof).toEqual({ ok: false, problem: { code: 'event_not_found' } });
  });

  it.each([
    ['is before its chain’s first range', 0, 303],
    ['is after its chain’s last range', 4, 303],
    ['is sequenced, and its checkpoint is not published', 3, 302],
  ])('asks for patience when an event %s', async (_, seq, size) => {
    const { prove } = given(size);
    expect(await prove(seq)).toEqual({ ok: false, problem: { code: 'not_sequenced_yet' } });
  });

  it('asks for patience when nothing is published', async () => {
    const { prove, files } = given();
    files.delete('checkpoint');
    expect(await prove(1)).toEqual({ ok: false, problem: { code: 'not_sequenced_yet' } });
  });

  it('gives no proof when a tile is not the tree’s', async () => {
    const { prove, files } = given();
    const [path = '', tile] = [...files].find(([name]) => name.startsWith('tile/0/001')) ?? [];
    files.set(path, tile?.map((byte) => byte ^ 1) ?? new Uint8Array());
    await expect(prove(1)).rejects.toThrow(LogDamaged);
  });

  it('gives no proof when the checkpoint is none', async () => {
    const { prove, files } = given();
    files.set('checkpoint', new TextEncoder().encode('nothing'));
    await expect(prove(1)).rejects.toThrow('expected a checkpoint, got `note_malformed`');
  });
});
