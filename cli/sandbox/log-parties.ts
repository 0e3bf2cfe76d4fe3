import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { KMSClient } from '@aws-sdk/client-kms';
import { readEd25519PublicKey } from '../../aws/kms-public-key.ts';
import { formatVerifierKey, SIGNATURE_ED25519 } from '../../core/ledger/log/note.ts';
import type { Outside, SandboxSite } from '../../sandbox/index.ts';
import { startTimestampAuthority } from '../../sandbox/timestamp-authority/start-timestamp-authority.ts';
import { startWitnesses } from '../../sandbox/witness/spawn.ts';
import { logKeyIds, templateNames } from './names.ts';

const WITNESSES = 2;

/** The log's name in the sandbox's configuration. */
export const SANDBOX_LOG_ORIGIN = 'sandbox.countersign.example/log';

/** The parties that a log needs and an institution does not run: witnesses, processes of their own, and a time authority. */
export interface LogParties extends Outside {
  /** The log's verifier keys in use, one in a line, the newest first. */
  readonly logKey: string;
  readonly witnessPolicy: string;
  readonly trustAnchors: string;
  /** The key that certifies keys of receipts: raw, base64. */
  readonly certificationKey: string;
  /** Tells witnesses the time, epoch milliseconds, when the clock is about to be moved. */
  setTime(nowMs: number): void;
}

/** Starts the log's parties; both keep keys and what they signed in the sandbox's folder. */
export async function startLogParties(site: SandboxSite): Promise<LogParties> {
  const { assembly, endpointUrl, stateDir, clock } = site;
  let aheadMs: number | undefined;
  const told = { nowMs: () => aheadMs ?? clock.nowMs() };
  const kms = new KMSClient({
    endpoint: endpointUrl,
    region: assembly.region,
    credentials: site.credentialsFor('root'),
    systemClockOffset: site.clock.nowMs() - Date.now(),
  });
  const { receiptKeyId } = templateNames(assembly);
  const logKeys: string[] = [];
  for (const keyId of logKeyIds(assembly)) {
    const publicKey = await readEd25519PublicKey(kms, keyId);
    logKeys.push(formatVerifierKey(SANDBOX_LOG_ORIGIN, SIGNATURE_ED25519, publicKey));
  }
  const certificationKey = Buffer.from(await readEd25519PublicKey(kms, receiptKeyId)).toString('base64');
  kms.destroy();
  const folder = join(stateDir, 'log-parties');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const authority = await startTimestampAuthority({ stateDir: join(folder, 'timestamp-authority'), clock });
  const witnesses = await startWitnesses({ count: WITNESSES, stateDir: folder, logKeys, clock: told });
  return {
    logKey: logKeys.join('\n'),
    witnessPolicy: witnesses.policyText,
    trustAnchors: authority.trustAnchorPem,
    certificationKey,
    variables: {
      WITNESS_POLICY: witnesses.policyText,
      TIMESTAMP_URL: authority.url,
      TIMESTAMP_TRUST_ANCHORS: authority.trustAnchorPem,
    },
    setTime: (nowMs) => {
      aheadMs = nowMs;
      witnesses.syncClock();
      aheadMs = undefined;
    },
    close: async () => {
      await witnesses.close();
      await authority.close();
    },
  };
}
