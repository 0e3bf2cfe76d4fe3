import { receiptStanding } from '../receipt/receipt-standing.ts';
import type { ReceiptProblem, VerifiedReceipt } from '../receipt/verify-receipt.ts';
import { verifyReceiptOffline } from '../receipt/verify-receipt.ts';
import type { Findings } from './check.ts';
import { hashAt, hex } from './fast-hash.ts';
import type { TreeHead } from './log-head.ts';
import type { VerifyLogOptions } from './options.ts';

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
    if (this.#wanted.size === 0) return;
    const words = new DataView(hashes.buffer, hashes.byteOffset, hashes.byteLength);
    for (let index = 0; index * 32 < hashes.length; index += 1) {
      if (!this.#firstWords.has(words.getUint32(index * 32))) continue;
      const hash = hex(hashAt(hashes, index));
      if (this.#wanted.has(hash)) this.#found.add(hash);
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
