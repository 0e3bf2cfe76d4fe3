import { inclusionProof, TileMissing, verifyInclusion } from '../log/merkle-proof.ts';
import { hashTilePath, TILE_WIDTH } from '../log/tile-path.ts';
import { receiptStanding } from '../receipt/receipt-standing.ts';
import type { ReceiptProblem, VerifiedReceipt } from '../receipt/verify-receipt.ts';
import { verifyReceiptOffline } from '../receipt/verify-receipt.ts';
import type { Findings } from './check.ts';
import { HASH_BYTES, hashAt, hex } from './fast-hash.ts';
import type { TreeHead } from './log-head.ts';
import type { VerifyLogOptions } from './options.ts';
import type { ReadFile } from './tree-rebuild.ts';
import { orFull } from './tree-rebuild.ts';

/** C15 and C16: receipts that callers hold, and whether the log holds what they are for. */
export class ReceiptChecks {
  readonly #findings: Findings;
  readonly #receipts: { readonly path: string; readonly receipt: VerifiedReceipt }[] = [];
  /** First words of the hashes that are looked for: most leaves are told apart by them. */
  readonly #firstWords = new Set<number>();
  readonly #wanted = new Set<string>();
  readonly #found = new Set<string>();

  constructor(findings: Findings, options: VerifyLogOptions, origin: string) {
    this.#findings = findings;
    const { receipts = [], certificationKeys, retiredCertificationKeys } = options;
    if (receipts.length === 0) {
      findings.leaveOut('C15', 'no receipts were given: events left out before they were sequenced do not show');
      findings.leaveOut('C16', 'no receipts were given');
      return;
    }
    if (certificationKeys === undefined)
      findings.unpinned('C16', 'no certification key was given: whoever signed a receipt could have certified itself');
    findings.done('C15', 'C16');
    const trust = {
      logOrigin: origin,
      ...(certificationKeys !== undefined && { certificationKeys }),
      ...(retiredCertificationKeys !== undefined && { retiredCertificationKeys }),
    };
    for (const { path, text } of receipts) this.#take(path, verifyReceiptOffline(text, trust));
  }

  /** Looks for the receipts' leaves among these. */
  look(hashes: Uint8Array): void {
    for (const { hash } of this.#matches(hashes)) this.#found.add(hash);
  }

  /**
   * Looks for what was not found yet among the `before` leaves that are not read again, the newest first: tiles of level 0
   * say where it is, and a proof has to show it.
   */
  async lookBefore(read: ReadFile, before: number, head: TreeHead): Promise<void> {
    const root = Buffer.from(head.rootHex, 'hex');
    for (let n = before / TILE_WIDTH - 1; n >= 0 && this.#found.size < this.#wanted.size; n -= 1) {
      const tile = await read(hashTilePath(0, n));
      for (const { index, hash } of this.#matches(tile ?? new Uint8Array())) {
        const claim = { size: head.size, index: n * TILE_WIDTH + index, leaf: Buffer.from(hash, 'hex'), root };
        if (await isProven(read, claim)) this.#found.add(hash);
      }
    }
  }

  /** The hashes among these that are looked for. */
  *#matches(hashes: Uint8Array): Generator<{ readonly index: number; readonly hash: string }> {
    if (this.#wanted.size === 0) return;
    const words = new DataView(hashes.buffer, hashes.byteOffset, hashes.byteLength);
    for (let index = 0; (index + 1) * HASH_BYTES <= hashes.length; index += 1) {
      if (!this.#firstWords.has(words.getUint32(index * HASH_BYTES))) continue;
      const hash = hex(hashAt(hashes, index));
      if (this.#wanted.has(hash)) yield { index, hash };
    }
  }

  /** Says which receipts the log does not keep, by the time its checkpoint states. */
  finish(head: TreeHead): void {
    let waiting = 0;
    for (const { path, receipt } of this.#receipts) {
      const asOfMs = head.timeSeconds === undefined ? Number.NEGATIVE_INFINITY : head.timeSeconds * 1_000;
      const standing = receiptStanding(receipt, (hash) => this.#found.has(hash), asOfMs);
      if (standing === 'not_due') waiting += 1;
      if (standing !== 'overdue' && standing !== 'certificate_overdue') continue;
      const isEntry = standing === 'overdue';
      const expected = `leaf ${isEntry ? receipt.hash : receipt.epoch.hash}`;
      const code = isEntry ? 'receipt_not_in_log' : 'certificate_not_in_log';
      this.#findings.add({ check: 'C15', code, path, chain: receipt.event.chain, expected, got: 'no such leaf' });
    }
    if (waiting > 0) this.#findings.leaveOut('C15', `${waiting} receipts whose merge delay was not over`);
  }

  #take(path: string, verified: ReturnType<typeof verifyReceiptOffline>): void {
    if (!verified.ok) {
      const { code } = verified.problem;
      this.#findings.add({ check: 'C16', code, path, ...described(verified.problem) });
      return;
    }
    this.#receipts.push({ path, receipt: verified.value });
    for (const hash of [verified.value.hash, verified.value.epoch.hash]) {
      this.#wanted.add(hash);
      this.#firstWords.add(Number.parseInt(hash.slice(0, 8), 16));
    }
  }
}

async function isProven(read: ReadFile, claim: Omit<Parameters<typeof verifyInclusion>[0], 'proof'>): Promise<boolean> {
  try {
    return verifyInclusion({ ...claim, proof: await inclusionProof(orFull(read), claim.size, claim.index) });
  } catch (error) {
    if (error instanceof TileMissing) return false;
    throw error;
  }
}

function described(problem: ReceiptProblem): { readonly expected: string; readonly got: string } {
  switch (problem.code) {
    case 'receipt_malformed':
      return { expected: problem.expected, got: 'another text' };
    case 'certificate_signature_invalid':
      return { expected: `a certificate of \`${problem.epochId}\` by a given key`, got: 'another signature' };
    case 'certificate_key_retired': {
      const until = new Date(problem.untilMs).toISOString();
      return { expected: `a certificate of \`${problem.epochId}\` by a key in use`, got: `one retired at ${until}` };
    }
    case 'certificate_late':
      return { expected: `a certificate recorded while \`${problem.epochId}\` lasts`, got: 'one recorded later' };
    case 'receipt_key_differs':
      return { expected: `key \`${problem.epochId}\``, got: problem.keyId };
    case 'receipt_signature_invalid':
      return { expected: `a signature by \`${problem.epochId}\``, got: 'one that does not verify' };
    case 'receipt_outside_epoch':
      return { expected: `a time within \`${problem.epochId}\``, got: new Date(problem.timeMs).toISOString() };
    case 'receipt_of_another_log':
      return { expected: 'a receipt of this log', got: problem.logOrigin };
  }
}
