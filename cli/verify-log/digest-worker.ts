import { parentPort, workerData } from 'node:worker_threads';
import type { BundleDigest } from '../../core/ledger/log-verify/bundle-digest.ts';
import { readBundle } from '../../core/ledger/log-verify/bundle-source.ts';
import type { BundleFiles, BundleJob } from '../../core/ledger/log-verify/digest-bundle.ts';
import { digestBundle } from '../../core/ledger/log-verify/digest-bundle.ts';
import { ReusedReads } from './directory-log.ts';

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
  const folder = new ReusedReads(directory);
  port.on('message', async ({ id, job, files }: DigestRequest) => {
    try {
      const digest = digestBundle(job, files ?? (await readBundle(async (path) => folder.read(path), job)));
      const { budget, ...columns } = inOneBuffer(digest);
      const reply = { id, digest: columns, budget: JSON.stringify(budget) } satisfies DigestReply;
      port.postMessage(reply, [columns.hashes.buffer]);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      port.postMessage({ id, error: message } satisfies DigestReply);
    }
  });
}

/** The same digest with all columns in one buffer: passing one on costs less than passing five. */
function inOneBuffer(digest: BundleDigest): BundleDigest & { readonly hashes: Uint8Array<ArrayBuffer> } {
  const { timesMs, stretches, hashes, ids, firstPrevs } = digest;
  // Eight-byte numbers first, so that each column begins where its numbers may.
  const length = [timesMs, stretches, hashes, ids, firstPrevs].reduce((sum, { byteLength }) => sum + byteLength, 0);
  const buffer = new ArrayBuffer(length);
  let at = 0;
  const place = <Column extends Float64Array | Uint8Array>(
    column: Column,
    View: new (buffer: ArrayBuffer, offset: number, length: number) => Column,
  ): Column => {
    const view = new View(buffer, at, column.length);
    view.set(column);
    at += column.byteLength;
    return view;
  };
  return {
    ...digest,
    timesMs: place(timesMs, Float64Array),
    stretches: place(stretches, Float64Array),
    hashes: place<Uint8Array<ArrayBuffer>>(new Uint8Array(hashes), Uint8Array),
    ids: place(ids, Uint8Array),
    firstPrevs: place(firstPrevs, Uint8Array),
  };
}

if (isDigestThread(workerData)) serveDigests();

function isDigestThread(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'role' in data && data.role === 'digest';
}
