import type { LedgerRow } from '../../../../core/ledger/ledger-row.ts';
import type { LogObjects, SequencedRanges, SequencerPorts } from '../../../../core/ledger/log/ports.ts';
import { sequenceLog } from '../../../../core/ledger/log/sequence.ts';
import type { SequenceRequest } from '../../../../core/ledger/log/sequence-batch.ts';
import { decodeRange } from '../../../../core/ledger/log/sequence-state.ts';
import { StorageFault } from '../../../../core/state/entities.ts';
import { MemoryStore } from '../../../support/memory-store.ts';
import { MemoryLedger } from '../memory-archive.ts';
import { leafOf, signature, smallNote, smallTree, treeHash, unpacked, WIDTH } from './small-tree.ts';

export type Fault = 'before' | 'after';

/** What every write goes through: a name, and whether it fails before or after it took effect. */
export type WriteHook = (name: string) => Fault | undefined | Promise<Fault | undefined>;

export const LIMITS = { maxRowsPerBatch: 50, maxBatches: 4 };

/** What a log is made of, and the keys it signs with. */
export interface LogFormats extends Pick<SequencerPorts, 'tree' | 'checkpoints'> {
  readonly signers: readonly { readonly publicKey: Uint8Array; sign(bytes: Uint8Array): Uint8Array }[];
}

const SMALL: LogFormats = {
  tree: smallTree,
  checkpoints: smallNote,
  signers: [{ publicKey: new Uint8Array(), sign: signature }],
};

/** The log's surroundings in memory; several sequencers may share one. */
export class LogWorld {
  readonly store = new MemoryStore();
  readonly objects = new Map<string, Uint8Array>();
  readonly locked = new Set<string>();
  readonly ledger = new MemoryLedger([]);
  nowMs = Date.UTC(2026, 10, 20);
  #formats: LogFormats;
  readonly #hasOthers: boolean;

  /** @param hasOthers whether there are a witness, a time authority and copies for SQL, which go through the hook too */
  constructor(formats: LogFormats = SMALL, hasOthers = false) {
    this.#formats = formats;
    this.#hasOthers = hasOthers;
  }

  /** Deploys a sequencer with other keys. */
  redeploy(formats: LogFormats): void {
    this.#formats = formats;
  }

  run(request: Partial<SequenceRequest>, hook: WriteHook = () => undefined, limits = LIMITS) {
    return sequenceLog(this.ports(hook), { delivered: [], chains: [], ...request }, limits);
  }

  ports(hook: WriteHook): SequencerPorts {
    const write = async <Value>(name: string, effect: () => Value | Promise<Value>): Promise<Value> => {
      const fault = await hook(name);
      if (fault === 'before') throw new StorageFault(`${name} failed before it took effect`);
      const value = await effect();
      if (fault === 'after') throw new StorageFault(`${name} failed after it took effect`);
      return value;
    };
    const objects: LogObjects = {
      read: async (key) => this.objects.get(key)?.slice(),
      createLocked: (key, bytes) => write(key, () => this.#create(key, bytes)),
      put: (key, bytes) => write(key, () => void this.objects.set(key, bytes.slice())),
    };
    return {
      store: {
        read: (refs) => this.store.read(refs),
        commit: (writes, token) => write('transaction', () => this.store.commit(writes, token)),
      },
      ranges: this.#ranges(),
      ledger: this.ledger,
      objects,
      signers: this.#formats.signers.map(({ publicKey, sign }) => ({
        publicKey,
        sign: (bytes) => write('sign', () => sign(bytes)),
      })),
      clock: { nowMs: () => this.nowMs },
      tree: this.#formats.tree,
      checkpoints: this.#formats.checkpoints,
      ...(this.#hasOthers && othersThrough(write)),
    };
  }

  #create(key: string, bytes: Uint8Array): 'created' | 'exists' {
    if (this.objects.has(key)) return 'exists';
    this.objects.set(key, bytes.slice());
    this.locked.add(key);
    return 'created';
  }

  #ranges(): SequencedRanges {
    return {
      lastRange: async (chain) => {
        const prefix = `state|SEQUENCED#${chain}|`;
        const key = [...this.store.items.keys()]
          .filter((name) => name.startsWith(prefix))
          .sort()
          .at(-1);
        const item = key === undefined ? undefined : this.store.items.get(key);
        return key === undefined || item === undefined
          ? undefined
          : decodeRange(chain, Number(key.slice(prefix.length)), item);
      },
    };
  }

  /** The published head and its entries; throws unless they have its root. */
  verifiedEntries(): readonly string[] {
    const note = this.objects.get('checkpoint');
    if (note === undefined) return [];
    const head = smallNote.open(note);
    if (head === undefined) throw new Error('the checkpoint is not signed');
    const entries: Uint8Array[] = [];
    for (let tile = 0; entries.length < head.size; tile += 1) {
      const width = Math.min(WIDTH, head.size - entries.length);
      const path = `tile/entries/${tile}${width === WIDTH ? '' : `.p/${width}`}`;
      entries.push(...unpacked(this.objects.get(path)));
    }
    if (Buffer.from(treeHash(entries.map(leafOf))).toString('hex') !== head.rootHex)
      throw new Error(`the entries of size ${head.size} do not have the checkpoint's root`);
    return entries.map((entry) => new TextDecoder().decode(entry));
  }
}

type Write = <Value>(name: string, effect: () => Value) => Promise<Value>;

function othersThrough(write: Write): Pick<SequencerPorts, 'witnesses' | 'stamper' | 'project'> {
  return {
    witnesses: { cosign: () => write('cosign', () => ['— witness']) },
    stamper: { stamp: (note) => write('stamp', () => note.slice(0, WIDTH)) },
    project: ({ size }) => [{ path: `projection/${size}`, bytes: new Uint8Array(), full: false }],
  };
}

/** What is wrong with a log that should hold exactly these rows: lost, repeated or reordered ones. */
export function differences(entries: readonly string[], rows: readonly LedgerRow[]): readonly string[] {
  const problems: string[] = [];
  const nextSeq = new Map<string, number>();
  for (const entry of entries) {
    const { chain, seq }: { chain: string; seq: number } = JSON.parse(entry);
    const expected = nextSeq.get(chain) ?? 0;
    if (seq !== expected) problems.push(`${chain}: expected ${expected}, got ${seq}`);
    nextSeq.set(chain, seq + 1);
  }
  const known = new Set(rows.map((row) => new TextDecoder().decode(row.bytes)));
  if (known.size !== entries.length) problems.push(`expected ${known.size} entries, got ${entries.length}`);
  for (const entry of entries) if (!known.has(entry)) problems.push(`not in the ledger: ${entry}`);
  return problems;
}
