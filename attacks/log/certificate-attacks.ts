import { chainEvent } from '../../core/ledger/event.ts';
import type { EpochCertificate } from '../../core/ledger/receipt/certificate.ts';
import { certificateMessage, epochIdOf } from '../../core/ledger/receipt/certificate.ts';
import { certifiedData, EPOCHS_CHAIN } from '../../core/ledger/receipt/epoch.ts';
import { receiptJson, signReceipt } from '../../core/ledger/receipt/receipt.ts';
import type { Presented } from './auditor.ts';
import { insider } from './auditor.ts';
import { tailOf } from './forged-event.ts';
import type { LogAttack } from './log-attack.ts';
import type { LogBench } from './log-bench.ts';
import type { LogWorld } from './log-world.ts';
import type { SigningKey } from './signing-key.ts';
import { signingKey } from './signing-key.ts';

/** Attacks with receipts that look right, under certificates that are not. Each is for an event in the log. */
export function certificateAttacks({ shared }: LogBench): readonly LogAttack[] {
  const { certifier } = shared.parties;
  const held = (text: string): Presented => ({
    files: shared.files(),
    auditor: { ...insider(shared), receipts: [{ path: 'held.json', text }] },
  });
  const under = (signer: SigningKey, changes: Partial<EpochCertificate> = {}, timeMs = shared.epochEvent.timeMs) =>
    held(receiptUnder(shared, signer, changes, timeMs));
  const honest = () => held(shared.receipt(EVENT));
  return [
    {
      name: 'receipt by a key that nobody certified',
      caughtBy: ['C16'],
      forged: () => under(signingKey()),
      honest,
    },
    {
      name: 'receipt that names another log',
      caughtBy: ['C16'],
      forged: () => under(certifier, { logOrigin: 'other.example/log' }),
      honest,
    },
    {
      name: 'certificate recorded after its own end',
      caughtBy: ['C16'],
      forged: () => under(certifier, {}, shared.certificate.notAfterMs + 1),
      honest,
    },
    {
      name: 'certificate kept out of the log',
      caughtBy: ['C15'],
      forged: () => under(certifier),
      honest,
    },
    retiredCertifier(shared),
  ];
}

/** The event that receipts are for. */
const EVENT = 5;

/** A receipt by a fresh key, under a certificate that this signer gave it and that no log holds. */
function receiptUnder(world: LogWorld, signer: SigningKey, changes: Partial<EpochCertificate>, timeMs: number): string {
  const { publicKey, sign } = signingKey();
  const certificate = { ...world.certificate, publicKey, epochId: epochIdOf(publicKey), ...changes };
  const data = certifiedData(certificate, signer.sign(certificateMessage(certificate)));
  const draft = { type: 'epoch.certified', frameworkRefs: ['AIR-DET-021'], data } as const;
  const { id } = world.epochEvent;
  const event = chainEvent(EPOCHS_CHAIN, tailOf(world, EPOCHS_CHAIN), draft, id, timeMs);
  const { entry = event.entry } = world.writer.events[EVENT] ?? {};
  return JSON.stringify(receiptJson(signReceipt(entry, { certificate, epochEntry: event.entry, sign })));
}

/** The certification key was replaced before the certificate says it was used. */
function retiredCertifier(shared: LogWorld): LogAttack {
  const shown = (afterMs: number): Presented => {
    const { publicKey } = shared.parties.certifier;
    const untilMs = shared.epochEvent.timeMs + afterMs;
    const auditor = { ...insider(shared), certificationKeys: [], retiredCertificationKeys: [{ publicKey, untilMs }] };
    return { files: shared.files(), auditor };
  };
  return {
    name: 'receipt under a certificate by a key that was retired',
    caughtBy: ['C16'],
    forged: () => shown(-60_000),
    honest: () => shown(60_000),
  };
}
