import { timestampTrust } from '../../cli/verify-log/timestamp-trust.ts';
import { sha256Hex } from '../../core/ledger/hash.ts';
import { cosignersOf, parseWitnessPolicy } from '../../core/ledger/log/witness-policy.ts';
import type { LogCheck } from '../../core/ledger/log-verify/check.ts';
import { LOG_CHECK_NAMES } from '../../core/ledger/log-verify/check.ts';
import { parseLogHeads } from '../../core/ledger/log-verify/log-heads.ts';
import type { HeldReceipt, VerifyLogOptions, VerifyTimestamp } from '../../core/ledger/log-verify/options.ts';
import { verifyLog } from '../../core/ledger/log-verify/verify-log.ts';
import { LOG_ORIGIN } from './log-parties.ts';
import type { LogWorld } from './log-world.ts';
import { MERGE_DELAY_SECONDS } from './log-world.ts';

/** A log's files by path. */
export type LogFiles = ReadonlyMap<string, Uint8Array>;

/** What an auditor is shown, and what the auditor holds. */
export interface Presented {
  readonly files: LogFiles;
  readonly auditor: VerifyLogOptions;
}

const MAX_AGE_SECONDS = 60;

/** An auditor who knows the log's key and name, and nothing else. */
export function keyHolder({ parties }: LogWorld): VerifyLogOptions {
  return { logKeys: [parties.logKey], origin: LOG_ORIGIN };
}

/** One who also knows what is public: the witnesses, the time authority and the time. */
export function newcomer(world: LogWorld): VerifyLogOptions {
  const { policyText, trustAnchors } = world.parties;
  const policy = parseWitnessPolicy(policyText);
  if (!policy.ok) throw new Error(`expected a witness policy, got \`${policy.problem.detail}\``);
  return {
    ...keyHolder(world),
    witnesses: cosignersOf(policy.value),
    verifyTimestamp: trustIn(trustAnchors),
    nowMs: world.nowMs(),
    mergeDelaySeconds: MERGE_DELAY_SECONDS,
    maxAgeSeconds: MAX_AGE_SECONDS,
  };
}

const answers = new Map<string, ReturnType<VerifyTimestamp>>();

/** Verifies each timestamp once: an attack is mounted several times, and half of its time would go there. */
function trustIn(trustAnchors: string): VerifyTimestamp {
  const verify = timestampTrust(trustAnchors);
  return (token, bytes) => {
    const question = [trustAnchors, token, bytes].map((part) => sha256Hex(part)).join();
    const answer = answers.get(question) ?? verify(token, bytes);
    answers.set(question, answer);
    return answer;
  };
}

/**
 * One who has everything there is: asks the witnesses what they saw, kept a checkpoint, reads the heads from the state
 * table and has receipts from callers.
 */
export function insider(world: LogWorld, files: LogFiles = world.files()): VerifyLogOptions {
  const heads = parseLogHeads(textIn(files, 'heads.json'));
  if (!heads.ok) throw new Error(heads.problem);
  const [kept = ''] = [...files.keys()].filter((path) => path.startsWith('checkpoints/')).sort();
  return {
    ...newcomer(world),
    witnessViews: witnessViews(world),
    previous: textIn(files, kept),
    heads: heads.value,
    receipts: receiptsIn(files),
    certificationKeys: [world.parties.certifier.publicKey],
  };
}

/** What the witnesses show as the log's latest checkpoint. */
function witnessViews({ parties }: LogWorld) {
  const origin = sha256Hex(LOG_ORIGIN);
  return parties.witnesses.map(({ key, witness }) => ({
    name: key.verifierKey.name,
    note: witness.view(origin) ?? '',
  }));
}

function receiptsIn(files: LogFiles): readonly HeldReceipt[] {
  const paths = [...files.keys()].filter((path) => path.startsWith('receipts/'));
  return paths.map((path) => ({ path, text: textIn(files, path) }));
}

/** A file as text. @throws {Error} when there is none */
export function textIn(files: LogFiles, path: string): string {
  const bytes = files.get(path);
  if (bytes === undefined) throw new Error(`expected a file \`${path}\``);
  return new TextDecoder().decode(bytes);
}

/** What the verifier finds; `off` switches checks off. */
export async function audit({ files, auditor }: Presented, off: readonly LogCheck[] = []) {
  const source = {
    async *listPaths() {
      yield* files.keys();
    },
    read: async (path: string) => files.get(path)?.slice(),
  };
  return verifyLog(source, { ...auditor, withoutChecks: new Set(off) });
}

/** The checks that fail, in order. */
export async function failedChecks(presented: Presented, off: readonly LogCheck[] = []): Promise<readonly LogCheck[]> {
  const { checks } = await audit(presented, off);
  return LOG_CHECK_NAMES.filter((check) => checks[check].findings > 0);
}
