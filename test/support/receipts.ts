import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { agentChain, chainEvent, emptyChain } from '../../core/ledger/event.ts';
import type { EpochCertificate } from '../../core/ledger/receipt/certificate.ts';
import { certificateMessage, epochIdOf } from '../../core/ledger/receipt/certificate.ts';
import { certifiedData, EPOCHS_CHAIN } from '../../core/ledger/receipt/epoch.ts';
import { receiptJson, signReceipt } from '../../core/ledger/receipt/receipt.ts';
import { AGENT_ID } from './api-event.ts';
import { TEST_NOW_MS } from './deps.ts';

/** An Ed25519 key pair: the public key raw. */
export interface TestKey {
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/** A fresh key. */
export function testKey(): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { publicKey: rawKey(publicKey), sign: (message) => sign(null, message, privateKey) };
}

function rawKey(key: KeyObject): Uint8Array {
  return new Uint8Array(key.export({ format: 'der', type: 'spki' }).subarray(-32));
}

/** The log every test certificate names. */
export const TEST_ORIGIN = 'log.countersign.example';

const EVENT_ID = '01JD3Q0000000000000000000A';

/** An epoch of fifteen minutes whose key is `key`, from `TEST_NOW_MS` on. */
export function certificateOf(key: TestKey, changes: Partial<EpochCertificate> = {}): EpochCertificate {
  return {
    epochId: epochIdOf(key.publicKey),
    publicKey: key.publicKey,
    issuedTo: 'submit-action',
    notBeforeMs: TEST_NOW_MS,
    notAfterMs: TEST_NOW_MS + 900_000,
    logOrigin: TEST_ORIGIN,
    mergeDelaySeconds: 60,
    ...changes,
  };
}

/** The event of a certificate that `certifier` signed. */
export function certifiedEvent(certificate: EpochCertificate, certifier: TestKey, timeMs = certificate.notBeforeMs) {
  const data = certifiedData(certificate, certifier.sign(certificateMessage(certificate)));
  const draft = { type: 'epoch.certified', frameworkRefs: ['AIR-DET-021'], data } as const;
  return chainEvent(EPOCHS_CHAIN, emptyChain(EPOCHS_CHAIN), draft, EVENT_ID, timeMs);
}

/** A decision of the test agent. */
export function decidedEvent(timeMs = TEST_NOW_MS) {
  const chain = agentChain(AGENT_ID);
  const data = { actionId: 'act_1', actionDigest: 'a'.repeat(64), verdict: 'allow' };
  const draft = { type: 'action.decided', agentId: AGENT_ID, frameworkRefs: ['AIR-DET-021'], data } as const;
  return chainEvent(chain, emptyChain(chain), draft, EVENT_ID, timeMs);
}

/** A receipt that holds, what it is about and whose keys it rests on; `changes` make it one that does not. */
export function givenReceipt(
  changes: {
    readonly certificate?: Partial<EpochCertificate>;
    readonly timeMs?: number;
    readonly certifiedAtMs?: number;
  } = {},
) {
  const [certifier, key] = [testKey(), testKey()];
  const certificate = certificateOf(key, changes.certificate);
  const epoch = certifiedEvent(certificate, certifier, changes.certifiedAtMs);
  const event = decidedEvent(changes.timeMs);
  const receipt = signReceipt(event.entry, { certificate, epochEntry: epoch.entry, sign: key.sign });
  return { certifier, key, certificate, epoch, event, receipt, text: JSON.stringify(receiptJson(receipt)) };
}
