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
import { headsOf, LogInputError, logKeys, trustAnchors, witnessPolicyOf } from '../verify-log/log-inputs.ts';

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
 * @throws {Error} when a file cannot be read or is not what it is given for, before anything is exported
 */
export async function besideFiles(io: CommandIo, flags: BesideFlags, sandbox: SandboxFile | undefined) {
  const given = new Map<string, Uint8Array>();
  const put = async (path: string, file: string | undefined, check: (text: string) => unknown, other?: string) => {
    const text = file === undefined ? other : await readFile(file, 'utf8');
    if (file !== undefined && text !== undefined) check(text);
    if (text !== undefined) given.set(path, Buffer.from(text));
  };
  await put('log.vkey', flags.key, logKeys);
  await put('witness.policy', flags.witnessPolicy, witnessPolicyOf, sandbox?.log.witnessPolicy);
  await put('tsa.pem', flags.tsa, trustAnchors, sandbox?.log.trustAnchors);
  await put('heads.json', flags.heads, headsOf);
  for (const file of flags.receipts) {
    const path = `receipts/${basename(file, '.json')}.json`;
    if (given.has(path))
      throw new LogInputError(`${file}: expected a receipt of another name, got a second \`${path}\``);
    await put(path, file, (text) => checkReceipt(file, text));
  }
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

/** A file that is no JSON object is no receipt, and a verifier would say so only once the export is handed over. */
function checkReceipt(file: string, text: string): void {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value !== 'object' || value === null) throw new LogInputError(`${file}: expected a receipt in JSON`);
}

/** Keys of the sandbox's log; retired ones too, because earlier checkpoints are theirs. */
async function sandboxKeys(io: CommandIo, { key }: BesideFlags, sandbox: SandboxFile | undefined) {
  if (key !== undefined || sandbox === undefined) return undefined;
  const recorded = await recordedKeys(io, sandbox.names.ledgerTable);
  return pinnedLines(recorded, SANDBOX_LOG_ORIGIN, sandbox.log.verifierKey);
}
