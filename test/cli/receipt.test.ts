import { createPublicKey } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkpointFormat } from '../../core/ledger/log/checkpoint-format.ts';
import { formatLogProof } from '../../core/ledger/log/log-proof.ts';
import { inclusionProof } from '../../core/ledger/log/merkle-proof.ts';
import { formatVerifierKey, SIGNATURE_ED25519 } from '../../core/ledger/log/note.ts';
import { tiledTree } from '../../core/ledger/log/tree-format.ts';
import { cli } from '../support/cli-run.ts';
import { TEST_NOW_MS } from '../support/deps.ts';
import { givenReceipt, TEST_ORIGIN, type TestKey, testKey } from '../support/receipts.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-receipt-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

function pemOf({ publicKey }: TestKey): string {
  const der = Buffer.concat([SPKI_PREFIX, publicKey]);
  return createPublicKey({ key: der, format: 'der', type: 'spki' }).export({ format: 'pem', type: 'spki' }).toString();
}

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** A receipt in a file, and logs that hold what they are told to. */
function given() {
  const { certifier, event, epoch, text } = givenReceipt();
  const logKey = testKey();
  const files = { receipt: write('receipt.json', `${text}\n`), certifier: write('certifier.pem', pemOf(certifier)) };
  const vkey = formatVerifierKey(TEST_ORIGIN, SIGNATURE_ED25519, logKey.publicKey);
  const log = async (entries: readonly Uint8Array[], afterSeconds = 1) => {
    const made = tiledTree.appendEntries(tiledTree.emptyEdge, entries);
    for (const { path, bytes } of made.files) write(`log/${path}`, bytes);
    const checkpoints = checkpointFormat(TEST_ORIGIN, [logKey.publicKey]);
    const body = checkpoints.body(entries.length, Buffer.from(made.root).toString('hex'));
    const timeSeconds = TEST_NOW_MS / 1_000 + afterSeconds;
    const signed = {
      publicKey: logKey.publicKey,
      signature: logKey.sign(body),
      timedSignature: logKey.sign(checkpoints.timedMessage(body, timeSeconds)),
    };
    const note = checkpoints.note(body, timeSeconds, [signed]) ?? new Uint8Array();
    write('log/checkpoint', note);
    const tiles = new Map(made.files.map(({ path, bytes }) => [path, bytes]));
    const proofOf = async (index: number) => {
      const hashes = await inclusionProof(async (path) => tiles.get(path), entries.length, index);
      return write('proof', formatLogProof({ index, hashes, checkpoint: new TextDecoder().decode(note) }));
    };
    return { place: join(folder, 'log'), proofOf };
  };
  const verify = (...flags: readonly string[]) =>
    cli({}, 'receipt', 'verify', files.receipt, '--certification-key', files.certifier, '--json', ...flags);
  return { event, epoch, files, text, vkey, log, verify };
}

const other = new TextEncoder().encode('another leaf');

describe('countersign receipt verify', () => {
  it('holds, and says what was not checked, when it has neither keys nor a log', async () => {
    const { files } = given();
    const run = await cli({}, 'receipt', 'verify', files.receipt);
    expect(run.exitCode).toBe(0);
    expect(run.out).toContain('✓ action.decided');
    expect(run.out).toContain('not checked: who certified the key');
    expect(run.out).toContain('not checked: that the log holds it');
  });

  it('finds event and certificate in a log that has both', async () => {
    const { verify, log, event, epoch, vkey } = given();
    const { place } = await log([other, epoch.entry, event.entry]);
    const run = await verify('--log', place, '--key', vkey);
    expect(run.json()).toMatchObject({ ok: true, standing: 'in_log', event: { hash: event.hash } });
    expect(run.exitCode).toBe(0);
  });

  it('waits when the merge delay still runs, and is overdue afterwards', async () => {
    const { verify, log, epoch, vkey } = given();
    const { place } = await log([epoch.entry], 60);
    expect((await verify('--log', place, '--key', vkey)).json()).toMatchObject({ ok: true, standing: 'not_due' });
    await log([epoch.entry], 61);
    const run = await verify('--log', place, '--key', vkey);
    expect(run.json()).toMatchObject({ ok: false, standing: 'overdue' });
    expect(run.exitCode).toBe(1);
  });

  it('is overdue when the log never had the certificate', async () => {
    const { verify, log, event, vkey } = given();
    const { place } = await log([event.entry], 3_600);
    expect((await verify('--log', place, '--key', vkey)).json()).toMatchObject({ standing: 'certificate_overdue' });
  });

  it('counts a leaf for nothing when its tile is not the tree’s', async () => {
    const { verify, log, event, epoch, vkey } = given();
    const { place } = await log([other, epoch.entry], 3_600);
    write('log/tile/0/000.p/2', Buffer.from(event.hash + epoch.hash, 'hex'));
    expect((await verify('--log', place, '--key', vkey)).json()).toMatchObject({ ok: false, standing: 'overdue' });
  });

  it('takes the key a copied log brings along, and says that it rests on it', async () => {
    const { verify, log, event, epoch, vkey } = given();
    const { place } = await log([epoch.entry, event.entry]);
    write('log/log.vkey', `${vkey}\n`);
    const run = (await verify('--log', place)).json();
    expect(run).toMatchObject({ ok: true, standing: 'in_log' });
    expect(run['notChecked']).toContainEqual(expect.stringContaining('rests on its own `log.vkey`'));
    write('log/log.vkey', formatVerifierKey(TEST_ORIGIN, SIGNATURE_ED25519, testKey().publicKey));
    expect((await verify('--log', place)).json()).toMatchObject({ ok: false, problem: 'note_unsigned' });
  });

  it('fails when another key signed the log', async () => {
    const { verify, log, event, epoch } = given();
    const { place } = await log([event.entry, epoch.entry]);
    const stranger = formatVerifierKey(TEST_ORIGIN, SIGNATURE_ED25519, testKey().publicKey);
    expect((await verify('--log', place, '--key', stranger)).json()).toMatchObject({
      ok: false,
      problem: 'note_unsigned',
    });
  });

  it('takes a proof instead of a log, and refuses one of another leaf', async () => {
    const { verify, log, event, vkey } = given();
    const { proofOf } = await log([other, event.entry]);
    expect((await verify('--proof', await proofOf(1), '--key', vkey)).json()).toMatchObject({
      ok: true,
      standing: 'in_log',
    });
    const run = await verify('--proof', await proofOf(0), '--key', vkey);
    expect(run.json()).toMatchObject({ ok: false, problem: 'entry_not_included' });
  });

  it('fails when another key certified the epoch', async () => {
    const { files } = given();
    const stranger = write('stranger.pem', pemOf(testKey()));
    const run = await cli({}, 'receipt', 'verify', files.receipt, '--certification-key', stranger, '--json');
    expect(run).toMatchObject({ exitCode: 1 });
    expect(run.json()).toMatchObject({ ok: false, problem: { code: 'certificate_signature_invalid' } });
  });

  it.each([
    ['no file', ['receipt', 'verify']],
    ['another verb', ['receipt', 'sign', 'x']],
    ['a file that is not there', ['receipt', 'verify', '/nowhere/receipt.json']],
    ['no certification key in a file', ['receipt', 'verify', 'x', '--certification-key', '/nowhere/key.pem']],
    ['a log and a proof', ['receipt', 'verify', 'x', '--log', 'l', '--proof', 'p']],
  ])('is bad input when given %s', async (_, argv) => {
    expect((await cli({}, ...argv)).exitCode).toBe(3);
  });
});
