import type { AllowedAction } from './facts.ts';
import type { Finding } from './finding.ts';

/** An action that the state holds as allowed. */
export interface HeldAction {
  readonly actionId: string;
  /** `settled` once its outcome was reported; open before. */
  readonly standing: 'open' | 'settled';
  /** Where its allow stands in the agent's chain. */
  readonly seq: number;
  readonly hash: string;
}

/** What matching came to. */
export interface MatchedActions {
  readonly open: number;
  readonly settled: number;
  readonly findings: readonly Finding[];
}

/**
 * Matches the allows of one chain with the actions its state holds as allowed, one to one.
 *
 * @param allows the window's
 * @param held actions whose allow lies among the window's rows
 */
export function matchActions(
  chain: string,
  allows: readonly AllowedAction[],
  held: readonly HeldAction[],
): MatchedActions {
  const findings: Finding[] = [];
  const bySeq = new Map(held.map((action) => [action.seq, action]));
  for (const allow of allows) {
    const action = bySeq.get(allow.seq);
    if (!isSame(allow, action)) findings.push(withoutAction(chain, allow, action));
  }
  const allowed = new Set(allows.map((allow) => allow.seq));
  for (const action of held) if (!allowed.has(action.seq)) findings.push(withoutAllow(chain, action));
  const settled = held.filter((action) => action.standing === 'settled').length;
  return { open: held.length - settled, settled, findings };
}

function isSame(allow: AllowedAction, action: HeldAction | undefined): boolean {
  return action !== undefined && action.actionId === allow.actionId && action.hash === allow.hash;
}

function withoutAction(chain: string, { actionId, seq }: AllowedAction, action: HeldAction | undefined): Finding {
  return {
    code: 'allow_without_action',
    chain,
    seq,
    actionId,
    expected: 'an action of that id that is open, redeemed or settled by this event',
    got: action === undefined ? 'none' : `action ${action.actionId} of event ${action.hash}`,
  };
}

function withoutAllow(chain: string, { actionId, seq, standing }: HeldAction): Finding {
  return {
    code: 'action_without_allow',
    chain,
    seq,
    actionId,
    expected: 'an event that allows the action',
    got: `an action that is ${standing} without one`,
  };
}
