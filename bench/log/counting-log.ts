import { MemoryStateStore } from '../../cli/policy/eval/memory-store.ts';
import type { LedgerRow } from '../../core/ledger/ledger-row.ts';
import { checkpointFormat } from '../../core/ledger/log/checkpoint-format.ts';
import type { LogObjects, SequencerPorts } from '../../core/ledger/log/ports.ts';
import { projectHead } from '../../core/ledger/log/projection.ts';
import { sequenceLog } from '../../core/ledger/log/sequence.ts';
import type { SequencedRange } from '../../core/ledger/log/sequence-state.ts';
import { decodeRange } from '../../core/ledger/log/sequence-state.ts';
import { tiledTree } from '../../core/ledger/log/tree-format.ts';
import type { Write } from '../../core/state/entities.ts';
import { testSigner } from '../../tools/vectors/test-signer.ts';

/** The limits of a run of the deployed sequencer. */
const LIMITS = { maxRowsPerBatch: 2_000, maxBatches: 20 };

const signer = testSigner('bench.countersign.example/log');

/** What the sequencer asked of the services. */
export interface LogRequests {
  readonly runs: number;
  readonly s3Gets: number;
  readonly s3Puts: number;
  readonly kmsSigns: number;
  readonly tableReads: number;
  readonly transactions: number;
  readonly transactionItems: number;
}

const NOTHING: LogRequests = {
  runs: 0,
  s3Gets: 0,
  s3Puts: 0,
  kmsSigns: 0,
  tableReads: 0,
  transactions: 0,
  transactionItems: 0,
};

/** The real sequencer over services in memory that count what they are asked. Without witnesses and timestamps. */
export class CountingLog {
  readonly objects = new Map<string, Uint8Array>();
  readonly #store = new MemoryStateStore();
  readonly #ranges = new Map<string, SequencedRange>();
  readonly #ports: SequencerPorts;
  #requests = NOTHING;
  nowMs = Date.UTC(2026, 10, 20);

  /** The key that its checkpoints are signed with. */
  readonly verifierKey = signer.vkey;

  constructor() {
    this.#ports = {
      store: {
        read: (refs) => {
          this.#count('tableReads', 1);
          return this.#store.read(refs);
        },
        commit: (writes, token) => this.#commit(writes, token),
      },
      ranges: {
        lastRange: async (chain) => {
          this.#count('tableReads', 1);
          return this.#ranges.get(chain);
        },
      },
      ledger: { readRows: () => Promise.reject(new Error('expected every row to be delivered')) },
      objects: this.#objectPort(),
      signers: [
        {
          publicKey: signer.publicKey,
          sign: async (bytes) => {
            this.#count('kmsSigns', 1);
            return signer.sign(bytes);
          },
        },
      ],
      clock: { nowMs: () => this.nowMs },
      tree: tiledTree,
      checkpoints: checkpointFormat(signer.name, [signer.publicKey]),
      project: projectHead,
    };
  }

  get requests(): LogRequests {
    return this.#requests;
  }

  /** One run of the sequencer over rows as the stream delivers them; throws unless all of them were appended. */
  async run(delivered: readonly LedgerRow[]): Promise<void> {
    this.#count('runs', 1);
    const result = await sequenceLog(this.#ports, { delivered, chains: [] }, LIMITS);
    if (!result.ok || result.value.appended !== delivered.length)
      throw new Error(`expected ${delivered.length} rows to be appended, got ${JSON.stringify(result)}`);
  }

  #objectPort(): LogObjects {
    return {
      read: async (key) => {
        this.#count('s3Gets', 1);
        return this.objects.get(key);
      },
      createLocked: async (key, bytes) => {
        this.#count('s3Puts', 1);
        if (this.objects.has(key)) return 'exists';
        this.objects.set(key, bytes);
        return 'created';
      },
      put: async (key, bytes) => {
        this.#count('s3Puts', 1);
        this.objects.set(key, bytes);
      },
    };
  }

  #commit(writes: readonly Write[], token: string) {
    this.#count('transactions', 1);
    this.#count('transactionItems', writes.length);
    for (const write of writes)
      if (write.op === 'put' && write.ref.entity === 'sequencedRange') {
        const { chain, firstSeq } = write.ref;
        this.#ranges.set(chain, decodeRange(chain, firstSeq, write.item));
      }
    return this.#store.commit(writes, token);
  }

  #count(what: keyof LogRequests, amount: number): void {
    this.#requests = { ...this.#requests, [what]: this.#requests[what] + amount };
  }
}
