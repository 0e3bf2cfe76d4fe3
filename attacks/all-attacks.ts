import { openDemoWorld } from '../cli/demo/open-world.ts';
import { approvalAttacks } from './approvals.ts';
import { archiveAttacks } from './archive.ts';
import type { AttackGroup, AttackResult } from './attack.ts';
import { runGroup } from './attack.ts';
import { logAttacks } from './log-attacks.ts';
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
  return [...(await mountOnActions(say, appDir)), ...(await mountOnRecords(say))];
}

/** Mounts the attacks on actions; as {@link mountAttacks}. */
export async function mountOnActions(say: (text: string) => void, appDir?: string): Promise<readonly AttackResult[]> {
  const opened = await openDemoWorld(SILENT, say, appDir);
  try {
    const world: AttackWorld = { ...opened, core: coreWorld() };
    return await mounted(
      say,
      ACTION_GROUPS.map((make) => make(world)),
    );
  } finally {
    await opened.close();
  }
}

/** Mounts the attacks on what is recorded of actions: the archive and the log. They need no sandbox. */
export async function mountOnRecords(say: (text: string) => void): Promise<readonly AttackResult[]> {
  return mounted(say, [archiveAttacks(), await logAttacks()]);
}

async function mounted(say: (text: string) => void, groups: readonly AttackGroup[]): Promise<readonly AttackResult[]> {
  const results: AttackResult[] = [];
  for (const group of groups) {
    say(`mounting attacks on ${group.name} …`);
    results.push(...(await runGroup(group)));
  }
  return results;
}
