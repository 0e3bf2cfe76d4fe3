import type { JsonObject } from '../../core/json.ts';
import { agentChain, type ChainedEvent, chainEvent, emptyChain } from '../../core/ledger/event.ts';
import { certificateMessage, type EpochCertificate, epochIdOf } from '../../core/ledger/receipt/certificate.ts';
import { certifiedData, EPOCHS_CHAIN } from '../../core/ledger/receipt/epoch.ts';
import { receiptJson, signReceipt } from '../../core/ledger/receipt/receipt.ts';
import { type TestSigner, testSigner } from './test-signer.ts';
import { base64, hex } from './text-damage.ts';
import type { Vector, VectorFile } from './vector-file.ts';
import { accepted, refusal } from './vector-file.ts';

const ORIGIN = 'log.example/ledger';
const START_MS = 1_800_000_000_000;
const EPOCH_MS = 900_000;
const AGENT = '111122223333:countersign-agent-teller';
const certifier = testSigner('receipts.example/certifier');
const epochKey = testSigner('receipts.example/epoch');
const other = testSigner('receipts.example/other');

interface Parts {
  readonly certificate?: Partial<EpochCertificate>;
  readonly certifiedMs?: number;
  readonly decidedMs?: number;
  readonly signer?: TestSigner;
  readonly certifiedBy?: TestSigner;
}

/** A receipt of a decision, and what it is made of. */
function receiptOf(parts: Parts = {}): JsonObject {
  const { certifiedMs = START_MS, decidedMs = START_MS + 1_000, signer = epochKey, certifiedBy = certifier } = parts;
  const certificate: EpochCertificate = {
    epochId: epochIdOf(epochKey.publicKey),
    publicKey: epochKey.publicKey,
    issuedTo: 'submit-action',
    notBeforeMs: START_MS,
    notAfterMs: START_MS + EPOCH_MS,
    logOrigin: ORIGIN,
    mergeDelaySeconds: 300,
    ...parts.certificate,
  };
  const signature = certifiedBy.sign(certificateMessage(certificate));
  const certified = eventOf(EPOCHS_CHAIN, 'epoch.certified', certifiedData(certificate, signature), certifiedMs);
  const data = { actionId: 'act_1', actionDigest: 'a'.repeat(64), verdict: 'allow' };
  const decided = eventOf(agentChain(AGENT), 'action.decided', data, decidedMs);
  return receiptJson(
    signReceipt(decided.entry, { certificate, epochEntry: certified.entry, sign: (bytes) => signer.sign(bytes) }),
  );
}

function eventOf(chain: string, type: ChainedEvent['type'], data: JsonObject, timeMs: number): ChainedEvent {
  const agent = chain === EPOCHS_CHAIN ? {} : { agentId: AGENT };
  const draft = { type, frameworkRefs: ['AIR-DET-021'], data, ...agent };
  return chainEvent(chain, emptyChain(chain), draft, '01JD3Q0000000000000000000A', timeMs);
}

const input = (receipt: JsonObject | string, changes: JsonObject = {}): JsonObject => ({
  receipt: typeof receipt === 'string' ? receipt : JSON.stringify(receipt),
  certificationKeys: [hex(certifier.publicKey)],
  origin: ORIGIN,
  ...changes,
});

/** Whole receipts. */
export function receiptVectors(): VectorFile {
  const about =
    'Verifying `receipt` (JSON text) with `certificationKeys` (hexadecimal) and the log’s `origin`. Accepted: the event’s `chain`, `seq` and `type`, and when the log must hold it. Whether it does is another question.';
  return { kind: 'receipt', about, vectors: [...goodOnes(), ...malformed(), ...wrongKeys(), ...wrongTimes()] };
}

function goodOnes(): readonly Vector[] {
  const good = (name: string, parts: Parts = {}, changes: JsonObject = {}) => {
    const { decidedMs = START_MS + 1_000 } = parts;
    const inLogBy = new Date(decidedMs + 300_000).toISOString();
    const found = { chain: agentChain(AGENT), seq: 0, type: 'action.decided', inLogBy };
    return accepted(name, input(receiptOf(parts), changes), found);
  };
  const keys = [hex(other.publicKey), hex(certifier.publicKey)];
  return [
    good('a receipt'),
    good('in the first millisecond of its epoch', { decidedMs: START_MS }),
    good('in the last millisecond of its epoch', { decidedMs: START_MS + EPOCH_MS }),
    good('a second certification key', {}, { certificationKeys: keys }),
  ];
}

function malformed(): readonly Vector[] {
  const good = receiptOf();
  const { envelope, epoch } = good;
  const wrong = (name: string, receipt: JsonObject | string) => refusal(name, input(receipt), 'receipt_malformed');
  const payload = (text: string) =>
    wrong(
      `a payload that is ${text}`,
      JSON.stringify(good).replace(/"payload":"[^"]*"/, `"payload":"${base64(text)}"`),
    );
  return [
    wrong('nothing', ''),
    wrong('no JSON', '{'),
    wrong('a list', '[]'),
    wrong('null', 'null'),
    wrong('no version', { envelope: envelope ?? null, epoch: epoch ?? null }),
    wrong('another version', { ...good, v: '2' }),
    wrong('a version that is a number', { ...good, v: 1 }),
    wrong('no envelope', { v: '1', epoch: epoch ?? null }),
    wrong('no epoch', { v: '1', envelope: envelope ?? null }),
    wrong('a member more', { ...good, proof: '' }),
    wrong('the envelope as text', { ...good, envelope: JSON.stringify(envelope) }),
    wrong('an epoch in hexadecimal', { ...good, epoch: Buffer.from(String(epoch), 'base64').toString('hex') }),
    wrong('an epoch with a digit too many', { ...good, epoch: `${String(epoch).replaceAll('=', '')}A` }),
    wrong('an epoch that is another event', { ...good, epoch: base64('{}') }),
    payload('{}'),
    payload('not JSON'),
    wrong('an epoch longer than fifteen minutes', receiptOf({ certificate: { notAfterMs: START_MS + EPOCH_MS + 1 } })),
    wrong('an epoch that ends before it begins', receiptOf({ certificate: { notAfterMs: START_MS - 1 } })),
    wrong('an epoch id that is not its key’s', receiptOf({ certificate: { epochId: epochIdOf(other.publicKey) } })),
  ];
}

function wrongKeys(): readonly Vector[] {
  const wrong = (name: string, parts: Parts, code: string, changes: JsonObject = {}) =>
    refusal(name, input(receiptOf(parts), changes), code);
  const renamed = JSON.stringify(receiptOf()).replace(/"keyid":"[^"]*"/, `"keyid":"${epochIdOf(other.publicKey)}"`);
  return [
    wrong('signed by another key', { signer: other }, 'receipt_signature_invalid'),
    wrong('signed by the certification key', { signer: certifier }, 'receipt_signature_invalid'),
    refusal('naming another key', input(renamed), 'receipt_key_differs'),
    wrong('certified by another key', { certifiedBy: other }, 'certificate_signature_invalid'),
    wrong('certified by itself', { certifiedBy: epochKey }, 'certificate_signature_invalid'),
    wrong('another certification key known', {}, 'certificate_signature_invalid', {
      certificationKeys: [hex(other.publicKey)],
    }),
    wrong('no certification key known', {}, 'certificate_signature_invalid', { certificationKeys: [] }),
    wrong('another log expected', {}, 'receipt_of_another_log', { origin: 'other.example/log' }),
    wrong('of another log', { certificate: { logOrigin: 'other.example/log' } }, 'receipt_of_another_log'),
  ];
}

function wrongTimes(): readonly Vector[] {
  const wrong = (name: string, parts: Parts, code: string) => refusal(name, input(receiptOf(parts)), code);
  return [
    wrong('a millisecond before its epoch', { decidedMs: START_MS - 1 }, 'receipt_outside_epoch'),
    wrong('a millisecond after its epoch', { decidedMs: START_MS + EPOCH_MS + 1 }, 'receipt_outside_epoch'),
    wrong('a day back', { decidedMs: START_MS - 86_400_000 }, 'receipt_outside_epoch'),
    wrong('certified after its epoch', { certifiedMs: START_MS + EPOCH_MS + 1 }, 'certificate_late'),
  ];
}
