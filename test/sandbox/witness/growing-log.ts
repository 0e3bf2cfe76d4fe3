import { emptyRoot } from '../../../core/ledger/log/merkle.ts';
import { consistencyProof } from '../../../core/ledger/log/merkle-proof.ts';
import type { TreeEdge } from '../../../core/ledger/log/ports.ts';
import { appendEntries, EMPTY_EDGE } from '../../../core/ledger/log/tree-edge.ts';
import { formatAddCheckpoint } from '../../../core/ledger/log/witness-request.ts';
import { type NoteSigner, newLog, signedCheckpoint } from '../../core/ledger/log/log-keys.ts';

export const ORIGIN = 'log.example/ledger';

/** A log that keeps every size it ever had. */
export class GrowingLog {
  readonly signer: NoteSigner;
  readonly #roots: Uint8Array[] = [emptyRoot()];
  readonly #files = new Map<string, Uint8Array>();
  #edge: TreeEdge = EMPTY_EDGE;

  constructor(entries: readonly string[], signer = newLog(ORIGIN)) {
    this.signer = signer;
    for (const entry of entries) {
      const grown = appendEntries(this.#edge, [new TextEncoder().encode(entry)]);
      this.#edge = grown.edge;
      this.#roots.push(grown.root);
      for (const { path, bytes } of grown.files) this.#files.set(path, bytes);
    }
  }

  get size(): number {
    return this.#edge.size;
  }

  root(size: number): Uint8Array {
    const root = this.#roots[size];
    if (root === undefined) throw new RangeError(`expected a size up to ${this.size}, got ${size}`);
    return root;
  }

  note(size: number): string {
    return signedCheckpoint(this.signer, size, this.root(size));
  }

  proof(from: number, to: number): Promise<readonly Uint8Array[]> {
    return consistencyProof(async (path) => this.#files.get(path), from, to);
  }

  async request(oldSize: number, size: number): Promise<string> {
    return formatAddCheckpoint({ oldSize, proof: await this.proof(oldSize, size), note: this.note(size) });
  }
}

/** Two logs of ten entries under one key that part after the first `shared`. */
export function fork(shared: number): readonly [GrowingLog, GrowingLog] {
  const entries = (tag: string) => Array.from({ length: 10 }, (_, n) => (n < shared ? `entry ${n}` : `${tag} ${n}`));
  const honest = new GrowingLog(entries('honest'));
  return [honest, new GrowingLog(entries('forged'), honest.signer)];
}
