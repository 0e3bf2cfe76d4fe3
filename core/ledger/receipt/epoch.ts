import { fromBase64, toBase64 } from '../../base64.ts';
import type { JsonObject } from '../../json.ts';
import type { Result } from '../../result.ts';
import { ok } from '../../result.ts';
import { leafHash } from '../hash.ts';
import type { LedgerEvent } from '../parse-event.ts';
import { parseEntry } from '../statement.ts';
import type { EpochCertificate } from './certificate.ts';
import { certificateJson, readCertificate } from './certificate.ts';
import type { Malformed } from './dsse.ts';
import { hasExactly, malformed } from './dsse.ts';

/** The chain that certificates of epoch keys are recorded on. */
export const EPOCHS_CHAIN = 'epochs';

/** A certificate as its event recorded it. */
export interface Epoch {
  readonly certificate: EpochCertificate;
  /** By the certification key, over `certificateMessage`; nothing is verified yet. */
  readonly signature: Uint8Array;
  readonly event: LedgerEvent;
  /** The event's entry, and its hash: the leaf that must be in the log. */
  readonly entry: Uint8Array;
  readonly hash: string;
}

/** The data of an `epoch.certified` event. */
export function certifiedData(certificate: EpochCertificate, signature: Uint8Array): JsonObject {
  return { certificate: certificateJson(certificate), signature: toBase64(signature) };
}

/** Reads the entry of an `epoch.certified` event strictly; its signature is not verified. */
export function parseEpoch(entry: Uint8Array): Result<Epoch, Malformed> {
  const parsed = parseEntry(entry);
  if (!parsed.ok) return malformed(`an epoch's entry with ${parsed.problem.expected}`);
  const { event } = parsed.value;
  if (event.type !== 'epoch.certified' || event.chain !== EPOCHS_CHAIN)
    return malformed(`an event \`epoch.certified\` of the chain \`${EPOCHS_CHAIN}\``);
  if (!hasExactly(event.data, ['certificate', 'signature'])) return malformed('a certificate and its signature');
  const certificate = readCertificate(event.data['certificate']);
  if (!certificate.ok) return certificate;
  const signature = fromBase64(event.data['signature']);
  if (signature === undefined) return malformed("a certificate's signature in base64");
  return ok({ certificate: certificate.value, signature, event, entry, hash: leafHash(entry) });
}
