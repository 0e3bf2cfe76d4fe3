import { close } from '../../../core/approval/close.ts';
import type { DecideDeps } from '../../../core/approval/decide.ts';
import { decide } from '../../../core/approval/decide.ts';
import { openRequest } from '../../../core/approval/open-request.ts';
import { actionEnvelopes, seal } from '../../../core/approval/seal.ts';
import type { Person } from '../../../core/approval/separation.ts';
import type { ActionRecord } from '../../../core/gate/action-record.ts';
import { redeemAction } from '../../../core/gate/redeem.ts';
import type { Result } from '../../../core/result.ts';
import type { LocalGate } from './local-gate.ts';

/** The people who answer in a local run: a manager, and somebody who may approve. */
const PEOPLE: readonly Person[] = [
  { subject: 'manager', aliases: [], groups: ['manager'] },
  { subject: 'approver', aliases: [], groups: ['approver'] },
];

/**
 * Lets as many people as the rules ask for approve a waiting action, seals what they said and redeems it, all by the
 * real flows.
 *
 * @returns true when the gate allowed the action in the end
 */
export async function approveAndRedeem(gate: LocalGate, record: ActionRecord): Promise<boolean> {
  const { agentId } = gate;
  const { actionId } = record;
  const needed = await opened(gate, actionId);
  for (const person of PEOPLE.slice(0, needed)) await answered(gate, record, person, 'approve');
  expected(await seal(gate, { actionId, agentId }));
  const action = gate.store.get({ entity: 'action', agentId, actionId });
  const redeemed = await redeemAction(gate, agentId, actionId, actionEnvelopes(action ?? {}));
  return redeemed.ok;
}

/** Lets one person say no to a waiting action, which ends it. */
export async function refuse(gate: LocalGate, record: ActionRecord): Promise<void> {
  const { agentId } = gate;
  const { actionId } = record;
  await opened(gate, actionId);
  for (const person of PEOPLE.slice(0, 1)) await answered(gate, record, person, 'reject');
  expected(await close(gate, { actionId, agentId, outcome: 'refused' }));
}

/** Opens the request; nobody is told, since the people are simulated. */
async function opened(gate: LocalGate, actionId: string): Promise<number> {
  const { agentId, settings } = gate;
  const deps = {
    ...gate,
    notifier: { requested: async () => undefined },
    consoleBaseUrl: 'https://console.invalid',
    timeoutMs: settings.approvalTimeoutSeconds * 1_000,
  };
  return expected(await openRequest(deps, { actionId, agentId })).approvals;
}

async function answered(
  gate: LocalGate,
  { actionId, digest }: ActionRecord,
  person: Person,
  decision: 'approve' | 'reject',
): Promise<void> {
  const deps: DecideDeps = { ...gate, workflow: { start: nothing, complete: nothing, fail: nothing } };
  expected(await decide(deps, { actionId, person, decision, reason: 'simulated', digest }));
}

async function nothing(): Promise<void> {}

/** @throws {Error} on a refusal, which in a local run can only be a bug */
function expected<Value>(result: Result<Value, { readonly code: string }>): Value {
  if (result.ok) return result.value;
  throw new Error(`expected the approval to go on, got \`${result.problem.code}\``);
}
