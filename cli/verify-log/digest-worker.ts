import { parentPort, workerData } from 'node:worker_threads';
import type { BundleDigest } from '../../core/ledger/log-verify/bundle-digest.ts';
import { readBundle } from '../../core/ledger/log-verify/bundle-source.ts';
import type { BundleFiles, BundleJob } from '../../core/ledger/log-verify/digest-bundle.ts';
import { digestBundle } from '../../core/ledger/log-verify/digest-bundle.ts';
import { readLogFile } from './directory-log.ts';

/** A bundle for a thread to digest; it reads the files itself unless they come along. */
export interface DigestRequest {
  readonly id: number;
  readonly job: BundleJob;
  readonly files?: BundleFiles;
}

/** What a thread answers. */
export type DigestReply =
  /** What events say of budgets comes as JSON text, which is cheaper to pass than the objects. */
  | { readonly id: number; readonly digest: Omit<BundleDigest, 'budget'>; readonly budget: string }
  | { readonly id: number; readonly error: string };

/** Marks the data of a thread that digests, and tells it where the log is when that is a folder. */
export interface DigestThreadData {
  readonly role: 'digest';
  readonly directory?: string;
}

/** Answers requests on this thread until it is ended. */
export function serveDigests(): void {
  const port = parentPort;
  if (port === null) throw new Error('expected a thread of a verifier');
  // What this project's own pool passes.
  const { directory = '' } = workerData as DigestThreadData;
  port.on('message', async ({ id, job, files }: DigestRequest) => {
    try {
      const digest = digestBundle(job, files ?? (await readBundle(async (path) => readLogFile(directory, path), job)));
      const { budget, ...columns } = digest;
      const { hashes, ids, timesMs, stretches, firstPrevs } = columns;
      const moved = [hashes, ids, timesMs, stretches, firstPrevs].map(({ buffer }) => buffer);
      // Every column has a buffer of its own.
      port.postMessage(
        { id, digest: columns, budget: JSON.stringify(budget) } satisfies DigestReply,
        moved as ArrayBuffer[],
      );
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      port.postMessage({ id, error: message } satisfies DigestReply);
    }
  });
}

if (isDigestThread(workerData)) serveDigests();

function isDigestThread(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'role' in data && data.role === 'digest';
}
