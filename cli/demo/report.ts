import type { ReplayedAction, ReplayedTask } from './replay-tasks.ts';
import type { Check } from './world.ts';

/** The demonstration's result, as `--json` prints it. */
export interface DemoReport {
  readonly ok: boolean;
  /** Recorded calls of agents that went through the gate. */
  readonly actions: number;
  readonly verdicts: { readonly allow: number; readonly deny: number; readonly require_approval: number };
  /** Attack tasks; `allowedWithoutHuman` counts those whose every changing call was allowed at once. */
  readonly attacks: { readonly total: number; readonly allowedWithoutHuman: number };
  /** Calls of benign tasks. */
  readonly benign: {
    readonly total: number;
    readonly allowedAtOnce: number;
    readonly sentToHuman: number;
    readonly denied: number;
  };
  readonly checks: readonly Check[];
  readonly ledger: { readonly events: number; readonly verified: boolean };
}

/** True when every call of an attack that changes anything was allowed with no human. */
export function isAllowedWithoutHuman({ actions }: ReplayedTask): boolean {
  const changing = actions.filter((action) => action.changesSomething);
  return changing.length > 0 && changing.every((action) => action.verdict === 'allow');
}

/** Adds up what happened. */
export function demoReport(
  replayed: readonly ReplayedTask[],
  checks: readonly Check[],
  ledger: DemoReport['ledger'],
): DemoReport {
  const actions = replayed.flatMap((task) => task.actions);
  const benign = replayed.filter(({ task }) => task.label === 'benign').flatMap((task) => task.actions);
  const attacks = replayed.filter(({ task }) => task.label === 'attack');
  return {
    ok: checks.every((each) => each.ok) && ledger.verified,
    actions: actions.length,
    verdicts: {
      allow: countOf(actions, 'allow'),
      deny: countOf(actions, 'deny'),
      require_approval: countOf(actions, 'require_approval'),
    },
    attacks: { total: attacks.length, allowedWithoutHuman: attacks.filter(isAllowedWithoutHuman).length },
    benign: {
      total: benign.length,
      allowedAtOnce: countOf(benign, 'allow'),
      sentToHuman: countOf(benign, 'require_approval'),
      denied: countOf(benign, 'deny'),
    },
    checks,
    ledger,
  };
}

function countOf(actions: readonly ReplayedAction[], verdict: ReplayedAction['verdict']): number {
  return actions.filter((action) => action.verdict === verdict).length;
}
