import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { auditClients } from '../../aws/audit-clients.ts';
import { readChainHeads } from '../../aws/chain-heads.ts';
import { CONTROL_CHAIN } from '../../core/ledger/event.ts';
import { formatLogHeads } from '../../core/ledger/log-verify/log-heads.ts';
import { EPOCHS_CHAIN } from '../../core/ledger/receipt/epoch.ts';
import { auditTarget } from '../audit/audit-target.ts';
import type { CommandIo } from '../command.ts';
import type { SandboxFile } from '../deployment.ts';
import { pinnedLines, recordedKeys } from '../recorded-keys.ts';
import { SANDBOX_LOG_ORIGIN } from '../sandbox/log-parties.ts';

/** What the caller gives to put beside a log: names of files. */
export interface BesideFlags {
  readonly key?: string | undefined;
  readonly witnessPolicy?: string | undefined;
  readonly tsa?: string | undefined;
  readonly heads?: string | undefined;
  /** The state table to read heads from. */
  readonly state?: string | undefined;
  readonly receipts: readonly string[];
}

/**
 * The files beside an exported log: what the caller gives, else what the sandbox tells of its own log. Heads are read
 * from the state table, of the chains the log names and the two that every deployment has.
 *
 * @throws {Error} when a file cannot be read, before anything is exported
 */
export async function besideFiles(io: CommandIo, flags: BesideFlags, sandbox: SandboxFile | undefined) {
  const given = new Map<string, Uint8Array>();
  const put = async (path: string, file: string | undefined, text: string | undefined) => {
    if (file !== undefined) given.set(path, await readFile(file));
    else if (text !== undefined) given.set(path, Buffer.from(text));
  };
  await put('log.vkey', flags.key, undefined);
  await put('witness.policy', flags.witnessPolicy, sandbox?.log.witnessPolicy);
  await put('tsa.pem', flags.tsa, sandbox?.log.trustAnchors);
  await put('heads.json', flags.heads, undefined);
  for (const file of flags.receipts) await put(`receipts/${basename(file)}`, file, undefined);
  const table = flags.heads === undefined ? (flags.state ?? sandbox?.names.stateTable) : undefined;
  return async (chains: ReadonlySet<string>): Promise<ReadonlyMap<string, Uint8Array>> => {
    const keys = await sandboxKeys(io, flags, sandbox);
    if (keys !== undefined) given.set('log.vkey', Buffer.from(keys));
    if (table === undefined) return given;
    const { dynamoDb } = auditClients(auditTarget(io));
    const heads = await readChainHeads(dynamoDb, table, [...chains, CONTROL_CHAIN, EPOCHS_CHAIN]);
    return new Map([...given, ['heads.json', Buffer.from(formatLogHeads(heads))]]);
  };
}

/** Keys of the sandbox's log; retired ones too, because earlier checkpoints are theirs. */
async function sandboxKeys(io: CommandIo, { key }: BesideFlags, sandbox: SandboxFile | undefined) {
  if (key !== undefined || sandbox === undefined) return undefined;
  const recorded = await recordedKeys(io, sandbox.names.ledgerTable);
  return pinnedLines(recorded, SANDBOX_LOG_ORIGIN, sandbox.log.verifierKey);
}
