import { differs } from '../cli/policy/coverage/check.ts';

/** What an attack is mounted against: the app as deployed, its core on a store in memory, an archive's bytes or a log. */
export type Mount = 'sandbox' | 'core' | 'archive' | 'log';

/** What stands between an attack and its aim, switched off. */
export interface Mutation {
  /** What is switched off. */
  readonly off: string;
  /** Mounts the attack without it; true when the attack then reaches its aim. */
  readonly reaches: () => Promise<boolean>;
}

/** One attack, with the honest act that looks most like it. */
export interface Attack {
  readonly name: string;
  readonly mount: Mount;
  /** Checks or rules that must catch it, in the order they answer. */
  readonly caughtBy: readonly string[];
  /** Mounts the attack; the checks or rules that answered. */
  readonly attempt: () => Promise<readonly string[]>;
  /** The honest variant; what stood in its way, or undefined. */
  readonly honest: () => Promise<string | undefined>;
  readonly mutation?: Mutation;
  /** Mounts the attack with one of its checks off at a time; those without which it reaches its aim. */
  readonly onlyGuards?: () => Promise<readonly string[]>;
}

/** Attacks of one kind. */
export interface AttackGroup {
  readonly name: string;
  readonly attacks: readonly Attack[];
}

/** How one attack ended. */
export interface AttackResult {
  readonly group: string;
  readonly name: string;
  readonly mount: Mount;
  readonly caughtBy: readonly string[];
  readonly caught: boolean;
  readonly honestPasses: boolean;
  /** What was switched off, and whether the attack then reached its aim. */
  readonly mutation?: { readonly off: string; readonly reaches: boolean };
  /** The checks of which each, off alone, lets it pass. Absent where that was not tried. */
  readonly onlyGuards?: readonly string[];
  /** What was not as expected. */
  readonly problems: readonly string[];
}

/** True when the attack was caught by what had to catch it, and by nothing that is not needed. */
export function holds({ caught, honestPasses, mutation }: AttackResult): boolean {
  return caught && honestPasses && mutation?.reaches !== false;
}

/** Mounts the attacks of a group one after the other. One that throws has not been caught. */
export async function runGroup({ name, attacks }: AttackGroup): Promise<readonly AttackResult[]> {
  const results: AttackResult[] = [];
  for (const attack of attacks) results.push(await runAttack(name, attack));
  return results;
}

async function runAttack(group: string, attack: Attack): Promise<AttackResult> {
  const { name, mount, caughtBy, mutation } = attack;
  const missed = await problemOf(async () => differs(caughtBy, await attack.attempt()));
  const hindered = await problemOf(attack.honest);
  const kept = mutation && (await problemOf(async () => ((await mutation.reaches()) ? undefined : 'still caught')));
  const onlyGuards = missed === undefined ? await attack.onlyGuards?.() : undefined;
  return {
    group,
    name,
    mount,
    caughtBy,
    caught: missed === undefined,
    honestPasses: hindered === undefined,
    ...(mutation !== undefined && { mutation: { off: mutation.off, reaches: kept === undefined } }),
    ...(onlyGuards !== undefined && { onlyGuards }),
    problems: [
      ...(missed === undefined ? [] : [`attack: ${missed}`]),
      ...(hindered === undefined ? [] : [`honest variant: ${hindered}`]),
      ...(kept === undefined ? [] : [`without ${mutation?.off}: ${kept}`]),
    ],
  };
}

async function problemOf(run: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await run();
  } catch (error) {
    return `threw ${error instanceof Error ? error.message : String(error)}`;
  }
}
