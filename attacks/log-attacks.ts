import type { AttackGroup } from './attack.ts';
import { certificateAttacks } from './log/certificate-attacks.ts';
import { eventAttacks } from './log/event-attacks.ts';
import { fileAttacks } from './log/file-attacks.ts';
import { historyAttacks } from './log/history-attacks.ts';
import { keyAttacks } from './log/key-attacks.ts';
import { logAttack } from './log/log-attack.ts';
import { LogBench } from './log/log-bench.ts';
import { noteAttacks } from './log/note-attacks.ts';
import { proofAttacks } from './log/proof-attacks.ts';
import { receiptAttacks } from './log/receipt-attacks.ts';
import { sequencerAttacks } from './log/sequencer-attacks.ts';
import { witnessAttacks } from './log/witness-attacks.ts';

/** Attacks that the verifier must find. */
const FOUND = [fileAttacks, historyAttacks, keyAttacks, noteAttacks, eventAttacks, receiptAttacks, certificateAttacks];

/** Attacks that others refuse: witnesses, readers of proofs, the sequencer. */
const REFUSED = [witnessAttacks, proofAttacks, sequencerAttacks];

/** Attacks on the transparency log, on logs that the app's own sequencer wrote. */
export async function logAttacks(): Promise<AttackGroup> {
  const bench = await LogBench.open();
  const found = FOUND.flatMap((make) => make(bench)).map(logAttack);
  return { name: 'the log', attacks: [...found, ...REFUSED.flatMap((make) => make(bench))] };
}
