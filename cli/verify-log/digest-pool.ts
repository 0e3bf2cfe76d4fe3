import { Worker } from 'node:worker_threads';
import type { BundleDigest } from '../../core/ledger/log-verify/bundle-digest.ts';
import { readBundle } from '../../core/ledger/log-verify/bundle-source.ts';
import type { BundleJob } from '../../core/ledger/log-verify/digest-bundle.ts';
import type { BundleDigester, LogSource } from '../../core/ledger/log-verify/options.ts';
import type { DigestReply, DigestRequest, DigestThreadData } from './digest-worker.ts';

/** Bundles that wait at one thread: enough that it never waits for the next, few enough to hold in memory. */
const PER_THREAD = 16;

interface Waiting {
  readonly resolve: (digest: BundleDigest) => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  /** Requests without an answer, by number. */
  readonly waiting: Map<number, Waiting>;
}

/** Where the threads' bundles come from: a folder they read themselves, or a source that this thread reads for them. */
export type BundlePlace = { readonly directory: string } | { readonly source: LogSource };

/** Digests bundles on several threads. To be closed by whoever opens it. */
export class DigestPool implements BundleDigester {
  readonly #place: BundlePlace;
  readonly #threads: readonly Thread[];
  readonly inFlight: number;
  #requests = 0;

  /** @param code the module the threads run, which serves digests when its data says so */
  constructor(place: BundlePlace, threads: number, code: URL) {
    this.#place = place;
    this.inFlight = threads * PER_THREAD;
    const workerData: DigestThreadData = {
      role: 'digest',
      ...('directory' in place && { directory: place.directory }),
    };
    this.#threads = Array.from({ length: threads }, () => startThread(code, workerData));
  }

  async digest(job: BundleJob): Promise<BundleDigest> {
    const place = this.#place;
    const id = this.#requests;
    this.#requests += 1;
    const request: DigestRequest =
      'directory' in place ? { id, job } : { id, job, files: await readBundle((path) => place.source.read(path), job) };
    const thread = this.#threads.reduce((least, other) => (other.waiting.size < least.waiting.size ? other : least));
    return new Promise((resolve, reject) => {
      thread.waiting.set(id, { resolve, reject });
      thread.worker.postMessage(request);
    });
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }
}

function startThread(code: URL, workerData: DigestThreadData): Thread {
  const worker = new Worker(code, { workerData });
  const waiting = new Map<number, Waiting>();
  worker.on('message', (reply: DigestReply) => {
    const asked = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('digest' in reply) asked?.resolve({ ...reply.digest, budget: JSON.parse(reply.budget) });
    else asked?.reject(new Error(reply.error));
  });
  worker.on('error', (error) => {
    for (const asked of waiting.values()) asked.reject(error);
    waiting.clear();
  });
  return { worker, waiting };
}
