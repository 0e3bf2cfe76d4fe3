import type { AttackGroup } from './attack.ts';
import { eventAttacks } from './log/event-attacks.ts';
import { fileAttacks } from './log/file-attacks.ts';
import { historyAttacks } from './log/history-attacks.ts';
import { logAttack } from './log/log-attack.ts';
import { LogBench } from './log/log-bench.ts';
import { proofAttacks } from './log/proof-attacks.ts';
import { receiptAttacks } from './log/receipt-attacks.ts';
import { sequencerAttacks } from './log/sequencer-attacks.ts';
import { witnessAttacks } from './log/witness-attacks.ts';

/** Attacks on the transparency log, on logs that the app's own sequencer wrote. */
export async function logAttacks(): Promise<AttackGroup> {
  const bench = await LogBench.open();
  const verified = [fileAttacks, historyAttacks, eventAttacks, receiptAttacks].flatMap((make) => make(bench));
  const refused = [witnessAttacks, proofAttacks, sequencerAttacks].flatMap((make) => make(bench));
  return { name: 'the log', attacks: [...verified.map(logAttack), ...refused] };
}
