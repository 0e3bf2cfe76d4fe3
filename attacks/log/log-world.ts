import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { MemoryStateStore } from '../../cli/policy/eval/memory-store.ts';
import type { ChainedEvent } from '../../core/ledger/event.ts';
import type { LedgerRow } from '../../core/ledger/ledger-row.ts';
import { ledgerRow } from '../../core/ledger/ledger-row.ts';
import { checkpointFormat } from '../../core/ledger/log/checkpoint-format.ts';
import type { LogObjects, SequencedRanges, SequencerPorts } from '../../core/ledger/log/ports.ts';
import { sequenceLog } from '../../core/ledger/log/sequence.ts';
import type { SequencedRange } from '../../core/ledger/log/sequence-state.ts';
import { decodeRange } from '../../core/ledger/log/sequence-state.ts';
import { tiledTree } from '../../core/ledger/log/tree-format.ts';
import { formatLogHeads } from '../../core/ledger/log-verify/log-heads.ts';
import type { EpochCertificate } from '../../core/ledger/receipt/certificate.ts';
import { certificateMessage, epochIdOf, MAX_EPOCH_SECONDS } from '../../core/ledger/receipt/certificate.ts';
import { certifiedData, EPOCHS_CHAIN } from '../../core/ledger/receipt/epoch.ts';
import { receiptJson, signReceipt } from '../../core/ledger/receipt/receipt.ts';
import { ChainWriter, START_MS, writeRounds } from './chain-writer.ts';
import type { LogKeys, LogParties } from './log-parties.ts';
import { askingWitnesses, LOG_ORIGIN, logParties, openLogKeys } from './log-parties.ts';

/** Within how many seconds an event is promised to be in the log. */
/** What the log’s receipts promise. */
export const MERGE_DELAY_SECONDS = 60;
const LIMITS = { maxRowsPerBatch: 1_000, maxBatches: 100 };

/** How large a log is written. */
export interface LogSize {
  /** Checkpoints that are published. */
  readonly checkpoints?: number;
  /** Rounds of about four events between two of them. */
  readonly rounds?: number;
}

/**
 * A log as the app writes it, in memory and in this process: events of four chains, taken in by the app's own sequencer,
 * cosigned by three of the sandbox's witnesses and stamped by its time authority.
 */
export class LogWorld {
  readonly keys: LogKeys;
  readonly parties: LogParties;
  readonly writer = new ChainWriter();
  /** The bucket. */
  readonly objects = new Map<string, Uint8Array>();
  readonly store = new MemoryStateStore();
  readonly certificate: EpochCertificate;
  readonly epochEvent: ChainedEvent;

  private constructor(keys: LogKeys) {
    this.keys = keys;
    this.parties = logParties(keys, this);
    const { epoch, certifier } = this.parties;
    this.certificate = {
      epochId: epochIdOf(epoch.publicKey),
      publicKey: epoch.publicKey,
      issuedTo: 'submit-action',
      notBeforeMs: this.writer.nowMs,
      notAfterMs: this.writer.nowMs + MAX_EPOCH_SECONDS * 1_000,
      logOrigin: LOG_ORIGIN,
      mergeDelaySeconds: MERGE_DELAY_SECONDS,
    };
    const data = certifiedData(this.certificate, certifier.sign(certificateMessage(this.certificate)));
    this.epochEvent = this.writer.write(EPOCHS_CHAIN, { type: 'epoch.certified', data });
  }

  /** A log with some checkpoints: by default 3, with 283 events. Its keys are fresh when none are given. */
  static async open({ checkpoints = 3, rounds = 23 }: LogSize = {}, keys?: LogKeys): Promise<LogWorld> {
    const world = new LogWorld(keys ?? (await freshKeys()));
    for (let number = 0; number < checkpoints; number += 1) {
      writeRounds(world.writer, rounds, `act${number}`);
      await world.publish();
    }
    return world;
  }

  /** The time: one second after the last event. */
  nowMs(): number {
    return this.writer.nowMs + 1_000;
  }

  /** Has the app's sequencer take in what was written, and rows given here, and publish a checkpoint. */
  async publish(delivered: readonly LedgerRow[] = []): Promise<void> {
    const outcome = await this.sequence({}, delivered);
    if (!outcome.ok) throw new Error(`expected the log to grow, got \`${outcome.problem.code}\``);
  }

  /** Runs the app's sequencer, some of its surroundings exchanged. */
  sequence(changes: Partial<SequencerPorts>, delivered: readonly LedgerRow[] = []) {
    const chains = [...new Set(this.writer.events.map(({ chain }) => chain))];
    return sequenceLog({ ...this.ports(), ...changes }, { delivered, chains }, LIMITS);
  }

  /** The log as it is exported: what every file holds, by path. A copy; to be changed at will. */
  files(): Map<string, Uint8Array> {
    const log = [...this.objects].filter(([path]) => !path.startsWith('staging/') && !this.#isOutgrown(path));
    const { logKeyText, policyText, trustAnchors } = this.parties;
    const heads = new Map(this.writer.events.map(({ chain, seq, hash, timeMs }) => [chain, { seq, hash, timeMs }]));
    const beside = [
      ['log.vkey', logKeyText],
      ['witness.policy', policyText],
      ['tsa.pem', trustAnchors],
      ['heads.json', formatLogHeads(heads)],
      ...[1, 7, 20].map((index) => [`receipts/${index}.json`, this.receipt(index)] as const),
    ] as const;
    const copies = [...log, ...beside.map(([path, text]) => [path, Buffer.from(text)] as const)];
    return new Map(copies.map(([path, bytes]) => [path, new Uint8Array(bytes)]));
  }

  /** The receipt that the caller got for an event, by the order in which events were written. */
  receipt(index: number): string {
    return this.receiptOf(this.writer.events[index] ?? this.epochEvent);
  }

  /** A receipt by the epoch's key, whatever it is for. */
  receiptOf({ entry }: Pick<ChainedEvent, 'entry'>): string {
    const { certificate, epochEvent, parties } = this;
    const signer = { certificate, epochEntry: epochEvent.entry, sign: parties.epoch.sign };
    return JSON.stringify(receiptJson(signReceipt(entry, signer)));
  }

  /** Partial files of sizes before the last, which a bucket keeps and an export leaves out. */
  #isOutgrown(path: string): boolean {
    const size = this.store.get({ entity: 'logLock' })?.['size'];
    return path.includes('.p/') && !tiledTree.edgePaths(Number(size)).includes(path);
  }

  /** The sequencer's surroundings. */
  ports(): SequencerPorts {
    const { parties, objects, store, writer } = this;
    const { publicKey, sign } = parties.log;
    return {
      store,
      ranges: storedRanges(store),
      ledger: {
        readRows: async (chain, fromSeq, limit) => {
          const found = writer.events.filter((event) => event.chain === chain && event.seq >= fromSeq);
          return found.slice(0, limit).map((event) => ledgerRow(chain, event.seq, event.bytes));
        },
      },
      objects: memoryObjects(objects),
      signers: [{ publicKey, sign: async (bytes) => sign(bytes) }],
      clock: this,
      tree: tiledTree,
      checkpoints: checkpointFormat(LOG_ORIGIN, [publicKey]),
      witnesses: askingWitnesses(parties.witnesses),
      stamper: { stamp: async (note) => parties.stamp(note) },
    };
  }
}

/** Keys that nothing outside this process keeps. */
export async function freshKeys(): Promise<LogKeys> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-log-'));
  try {
    return openLogKeys(folder, { nowMs: () => START_MS });
  } finally {
    await rm(folder, { recursive: true });
  }
}

function memoryObjects(objects: Map<string, Uint8Array>): LogObjects {
  return {
    read: async (key) => objects.get(key)?.slice(),
    createLocked: async (key, bytes) => {
      if (objects.has(key)) return 'exists';
      objects.set(key, bytes.slice());
      return 'created';
    },
    put: async (key, bytes) => void objects.set(key, bytes.slice()),
  };
}

function storedRanges(store: MemoryStateStore): SequencedRanges {
  return {
    lastRange: async (chain): Promise<SequencedRange | undefined> => {
      const prefix = `state|SEQUENCED#${chain}|`;
      const last = [...store.items]
        .filter(([key]) => key.startsWith(prefix))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .at(-1);
      return last === undefined ? undefined : decodeRange(chain, Number(last[0].slice(prefix.length)), last[1]);
    },
  };
}

/** Writes a log's files into a folder. */
export async function writeLogFiles(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}
