import { openDemoWorld } from '../cli/demo/open-world.ts';
import { approvalAttacks } from './approvals.ts';
import { archiveAttacks } from './archive.ts';
import type { AttackResult } from './attack.ts';
import { runGroup } from './attack.ts';
import { policyAttacks } from './policy.ts';
import { requestAttacks } from './requests.ts';
import { stateAttacks } from './state.ts';
import type { AttackWorld } from './world.ts';
import { coreWorld, SILENT } from './world.ts';

/** Attacks on actions, in the order they are mounted. */
const ACTION_GROUPS = [stateAttacks, requestAttacks, approvalAttacks, policyAttacks];

/**
 * Mounts every attack there is.
 *
 * @param appDir what `cdk synth` wrote; the app is synthesized anew when absent
 */
export async function mountAttacks(say: (text: string) => void, appDir?: string): Promise<readonly AttackResult[]> {
  const opened = await openDemoWorld(SILENT, say, appDir);
  try {
    const world: AttackWorld = { ...opened, core: coreWorld() };
    const results: AttackResult[] = [];
    for (const group of ACTION_GROUPS.map((make) => make(world))) {
      say(`mounting attacks on ${group.name} …`);
      results.push(...(await runGroup(group)));
    }
    say('mounting attacks on the archive …');
    results.push(...(await runGroup(archiveAttacks())));
    return results;
  } finally {
    await opened.close();
  }
}
