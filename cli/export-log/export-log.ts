import { consistencyProof, verifyConsistency } from '../../core/ledger/log/merkle-proof.ts';
import { localDigester } from '../../core/ledger/log-verify/bundle-source.ts';
import type { Finding } from '../../core/ledger/log-verify/check.ts';
import type { TreeHead } from '../../core/ledger/log-verify/log-head.ts';
import { readHead } from '../../core/ledger/log-verify/log-head.ts';
import type { NeededFile } from '../../core/ledger/log-verify/needed-files.ts';
import { neededFiles } from '../../core/ledger/log-verify/needed-files.ts';
import type { LogSource } from '../../core/ledger/log-verify/options.ts';
import { LogUnreadable, verifyLog } from '../../core/ledger/log-verify/verify-log.ts';
import type { Result } from '../../core/result.ts';
import { ok, refused } from '../../core/result.ts';
import type { Copied } from './copy-files.ts';
import { copyFiles } from './copy-files.ts';
import type { ExportTarget, FolderRefused } from './export-folder.ts';

/** What an export came to. */
export interface ExportOutcome extends Copied {
  readonly origin: string;
  readonly size: number;
  readonly root: string;
}

/** Why there is no new export; an earlier one in the folder is as it was, besides files that a later size needs. */
export type ExportProblem =
  | FolderRefused
  | { readonly code: 'log_rolled_back' | 'log_forked'; readonly message: string }
  | { readonly code: 'log_differs'; readonly message: string; readonly findings: readonly Finding[] };

/** What is exported, and where to. */
export interface ExportRequest {
  readonly source: LogSource;
  /** Opens the folder for the log of this name. */
  readonly open: (origin: string) => Promise<Result<ExportTarget, FolderRefused>>;
  /** Files to put beside the log, asked for once the checkpoint and the entries are there. */
  readonly beside: (chains: ReadonlySet<string>) => Promise<ReadonlyMap<string, Uint8Array>>;
}

const CHECKPOINT = 'checkpoint';
const KEPT = /^checkpoints\/(\d{16})-[0-9a-f]{64}(?:\.tsr)?$/;

/**
 * Copies a log as its checkpoint has it at this moment: the checkpoint is read first and written last, and in between
 * exactly the files of its size, so that a log that grows meanwhile does no harm and an interrupted export is gone on
 * with. Before the checkpoint is written the copy must have its root, and extend the checkpoint that was there before.
 * No signature is verified.
 *
 * @throws {LogUnreadable} when there is no checkpoint, or a file that its size needs is missing
 */
export async function exportLog({
  source,
  open,
  beside,
}: ExportRequest): Promise<Result<ExportOutcome, ExportProblem>> {
  const checkpoint = await source.read(CHECKPOINT);
  const head = headOf(checkpoint);
  if (checkpoint === undefined || head === undefined)
    throw new LogUnreadable('expected a checkpoint, got none that can be read');
  const folder = await open(head.origin);
  if (!folder.ok) return folder;
  const target = folder.value;
  const copied: Copied = { fetched: 0, kept: 0 };
  await copyFiles(source, target, neededFiles(head.size), copied);
  await copyFiles(source, target, await keptFiles(source, head.size), copied);
  const extended = await checkExtends(target, head);
  if (!extended.ok) return extended;
  const chains = await checkCopy(target, checkpoint);
  if (!chains.ok) return chains;
  for (const [path, bytes] of await beside(chains.value)) await target.write(path, bytes);
  await target.write(CHECKPOINT, checkpoint);
  return ok({ origin: head.origin, size: head.size, root: head.rootHex, ...copied });
}

function headOf(note: Uint8Array | undefined): TreeHead | undefined {
  return note === undefined ? undefined : readHead(new TextDecoder().decode(note), []).head;
}

async function keptFiles(source: LogSource, size: number): Promise<readonly NeededFile[]> {
  const history: NeededFile[] = [];
  for await (const path of source.listPaths()) {
    const digits = KEPT.exec(path)?.[1];
    if (digits !== undefined && Number(digits) <= size) history.push({ path, kind: 'hash', width: 0 });
  }
  return history;
}

/** The log must extend the one that was exported before: a folder is evidence, and is not written over with another. */
async function checkExtends({ written }: ExportTarget, head: TreeHead): Promise<Result<undefined, ExportProblem>> {
  const earlier = headOf(await written.read(CHECKPOINT));
  if (earlier === undefined || earlier.size === 0) return ok(undefined);
  const { size, rootHex } = earlier;
  if (size > head.size) {
    const message = `expected a log of ${size} entries or more, as exported before, got ${head.size}`;
    return refused({ code: 'log_rolled_back', message });
  }
  const proof = await consistencyProof((path) => written.read(path), size, head.size);
  const [fromRoot, toRoot] = [Buffer.from(rootHex, 'hex'), Buffer.from(head.rootHex, 'hex')];
  if (verifyConsistency({ fromSize: size, fromRoot, toSize: head.size, toRoot, proof })) return ok(undefined);
  const message = `expected a log that extends the ${size} entries exported before, got another`;
  return refused({ code: 'log_forked', message });
}

/** The names of the chains, when entries and tiles have the checkpoint's root. */
async function checkCopy(
  { written }: ExportTarget,
  checkpoint: Uint8Array,
): Promise<Result<ReadonlySet<string>, ExportProblem>> {
  const copy: LogSource = {
    listPaths: () => written.listPaths(),
    read: async (path) => (path === CHECKPOINT ? checkpoint : written.read(path)),
  };
  const chains = new Set<string>();
  const digester = localDigester(copy);
  const { findings } = await verifyLog(
    copy,
    { logKeys: [], depth: 'links' },
    {
      inFlight: digester.inFlight,
      digest: async (job) => {
        const digest = await digester.digest(job);
        for (const chain of digest.chains) chains.add(chain);
        return digest;
      },
    },
  );
  const faults = findings.filter(({ check }) => check === 'C5' || check === 'C6');
  const [first] = faults;
  if (first === undefined) return ok(chains);
  const place = first.index === undefined ? first.path : `entry ${first.index}`;
  const message = `expected entries that have the checkpoint's root, got ${first.check} ${first.code} at ${place}`;
  return refused({ code: 'log_differs', message, findings: faults });
}
