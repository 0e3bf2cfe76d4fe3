import { generateKeyPairSync, sign } from 'node:crypto';
import { preAuthEncoding, STATEMENT_PAYLOAD_TYPE } from '../../core/ledger/receipt/dsse.ts';
import { receiptJson, signReceipt } from '../../core/ledger/receipt/receipt.ts';
import { median } from '../statistics.ts';
import { cpuSeconds } from './cpu.ts';
import { RowSource } from './sample-rows.ts';

const ROUNDS = 15;
const RECEIPTS = 5_000;
const ENTRIES = 64;

/** Receipts signed in memory by an epoch's Ed25519 key. */
export interface ReceiptSpeed {
  readonly signedPerSecond: number;
  /** `crypto.sign` over messages as long, and nothing else. */
  readonly bareSignedPerSecond: number;
  /** A receipt as JSON, with the entry of its epoch, bytes. */
  readonly receiptBytes: number;
}

/** Measures signing of receipts; the two take turns. */
export async function receiptSpeed(): Promise<ReceiptSpeed> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const entries = new RowSource(1).next(ENTRIES).map(({ entry }) => entry);
  const [epochEntry = new Uint8Array()] = entries;
  const signer = {
    certificate: { epochId: 'epoch_01KAGZ0WZ8ABCDEFGHJKMNPQRS' },
    epochEntry,
    sign: (message: Uint8Array) => new Uint8Array(sign(null, message, privateKey)),
  };
  const messages = entries.map((entry) => preAuthEncoding(STATEMENT_PAYLOAD_TYPE, entry));
  const textOf = (turn: number) => JSON.stringify(receiptJson(signReceipt(pick(entries, turn), signer)));
  const signed: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    signed.push(await cpuSeconds(() => times((turn) => textOf(turn).length)));
    bare.push(await cpuSeconds(() => times((turn) => sign(null, pick(messages, turn), privateKey).length)));
  }
  return {
    signedPerSecond: Math.round(RECEIPTS / median(signed)),
    bareSignedPerSecond: Math.round(RECEIPTS / median(bare)),
    receiptBytes: textOf(0).length,
  };
}

function times(work: (turn: number) => number): void {
  for (let turn = 0; turn < RECEIPTS; turn += 1) if (work(turn) === 0) throw new Error('expected some bytes');
}

function pick(list: readonly Uint8Array[], turn: number): Uint8Array {
  return list[turn % list.length] ?? new Uint8Array();
}
