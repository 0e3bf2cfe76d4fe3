import { join } from 'node:path';
import { sha256Hex } from '../../core/ledger/hash.ts';
import type { VerifierKey } from '../../core/ledger/log/note.ts';
import { formatVerifierKey, noteKeyId, SIGNATURE_ED25519 } from '../../core/ledger/log/note.ts';
import type { Witnesses } from '../../core/ledger/log/ports.ts';
import { formatAddCheckpoint } from '../../core/ledger/log/witness-request.ts';
import type { Clock } from '../../core/ports.ts';
import { StorageFault } from '../../core/state/entities.ts';
import { timestampRequest } from '../../net/timestamp/timestamp-request.ts';
import { answerRequest } from '../../sandbox/timestamp-authority/answer-request.ts';
import type { AuthorityState } from '../../sandbox/timestamp-authority/authority-state.ts';
import { openAuthority } from '../../sandbox/timestamp-authority/authority-state.ts';
import type { ViewStore } from '../../sandbox/witness/view-store.ts';
import { Witness } from '../../sandbox/witness/witness.ts';
import { openWitnessKey, type WitnessKey } from '../../sandbox/witness/witness-key.ts';
import type { SigningKey } from './signing-key.ts';
import { signingKey } from './signing-key.ts';

/** The log's name. */
export const LOG_ORIGIN = 'log.countersign.example';

const WITNESSES = ['one', 'two', 'three'] as const;
const QUORUM = 2;

/** A witness of the log: what it answers, and its key for who stole or shares it. */
export interface LogWitness {
  readonly key: WitnessKey;
  readonly witness: Witness;
}

/** Everybody who signs something of a log, in this process: the log, three witnesses, a time authority, epochs. */
export interface LogParties {
  readonly log: SigningKey;
  readonly logKey: VerifierKey;
  /** The text of `log.vkey`. */
  readonly logKeyText: string;
  /** Certifies epoch keys. */
  readonly certifier: SigningKey;
  /** Signs receipts. */
  readonly epoch: SigningKey;
  readonly witnesses: readonly LogWitness[];
  /** The text of `witness.policy`: two of three. */
  readonly policyText: string;
  /** The text of `tsa.pem`. */
  readonly trustAnchors: string;
  /** An RFC 3161 reply about these bytes, of the time given or the clock's. */
  stamp(bytes: Uint8Array, nowMs?: number): Uint8Array;
}

/** The keys of everybody who signs something of a log; logs may share them. */
export interface LogKeys extends Pick<LogParties, 'log' | 'certifier' | 'epoch'> {
  readonly witnesses: readonly WitnessKey[];
  readonly authority: Pick<AuthorityState, 'signer' | 'rootPem'>;
}

/** Makes keys. They are kept in `folder`, which may go as soon as they are there. */
export function openLogKeys(folder: string, clock: Clock): LogKeys {
  return {
    log: signingKey(),
    certifier: signingKey(),
    epoch: signingKey(),
    witnesses: WITNESSES.map((name) => openWitnessKey(join(folder, `${name}.pem`), `${name}.witness.example`)),
    authority: openAuthority(join(folder, 'authority'), clock.nowMs()),
  };
}

/** The parties of one log. What witnesses saw and how many tokens were given is held in memory. */
export function logParties(keys: LogKeys, clock: Clock): LogParties {
  const { log, certifier, epoch, authority } = keys;
  const keyId = noteKeyId(LOG_ORIGIN, SIGNATURE_ED25519, log.publicKey);
  const logKey = { name: LOG_ORIGIN, keyId, type: SIGNATURE_ED25519, publicKey: log.publicKey };
  const logKeyText = `${formatVerifierKey(LOG_ORIGIN, SIGNATURE_ED25519, log.publicKey)}\n`;
  const witnesses = keys.witnesses.map((key) => ({
    key,
    witness: new Witness({ key, logs: [logKey], views: viewsInMemory(), clock }),
  }));
  let serial = 0;
  return {
    log,
    logKey,
    logKeyText,
    certifier,
    epoch,
    witnesses,
    policyText: policyText(logKeyText, witnesses),
    trustAnchors: authority.rootPem,
    stamp: (data, nowMs = clock.nowMs()) => {
      serial += 1;
      const nonce = Buffer.alloc(8, serial);
      return answerRequest(timestampRequest({ data, nonce }), authority.signer, { nowMs, serial });
    },
  };
}

function viewsInMemory(): ViewStore {
  const notes = new Map<string, string>();
  return {
    read: (origin) => notes.get(sha256Hex(origin)),
    readByHash: (originHash) => notes.get(originHash),
    write: (origin, note) => void notes.set(sha256Hex(origin), note),
  };
}

function policyText(logKeyText: string, witnesses: readonly LogWitness[]): string {
  const lines = witnesses.map(({ key }, index) => `witness w${index} ${key.vkey} https://${key.verifierKey.name}`);
  const members = witnesses.map((_, index) => `w${index}`).join(' ');
  return [`log ${logKeyText.trim()}`, ...lines, `group all ${QUORUM} ${members}`, 'quorum all', ''].join('\n');
}

/** The witnesses as a sequencer asks them: no checkpoint is published that fewer than two cosigned. */
export function askingWitnesses(witnesses: readonly LogWitness[]): Witnesses {
  return {
    cosign: async (oldSize, proofFrom, note) => {
      const request = { oldSize, proof: await proofFrom(oldSize), note: new TextDecoder().decode(note) };
      const body = formatAddCheckpoint(request);
      const answers = witnesses.map(({ witness }) => witness.addCheckpoint(body));
      const lines = answers.filter(({ status }) => status === 200).map((answer) => answer.body);
      if (lines.length >= QUORUM) return lines;
      throw new StorageFault(
        `expected ${QUORUM} cosignatures, got ${lines.length}: ${answers.map(({ status }) => status)}`,
      );
    },
  };
}
