import { decide } from '../../../core/approval/decide.ts';
import type { Envelope } from '../../../core/approval/envelope.ts';
import { openRequest } from '../../../core/approval/open-request.ts';
import { actionEnvelopes, seal } from '../../../core/approval/seal.ts';
import type { Person } from '../../../core/approval/separation.ts';
import type { ActionRequest } from '../../../core/gate/action.ts';
import type { ActionRecord } from '../../../core/gate/action-record.ts';
import { redeemAction } from '../../../core/gate/redeem.ts';
import { submitAction } from '../../../core/gate/submit.ts';
import type { Result } from '../../../core/result.ts';
import type { LocalGate } from '../eval/local-gate.ts';
import { openLocalGate } from '../eval/local-gate.ts';
import type { AttemptWorld } from './attempts.ts';

/** People who may be asked. */
export const ANN: Person = { subject: 'ann', aliases: ['ann@bank.example'], groups: ['approver'] };
export const MAX: Person = { subject: 'max', aliases: ['max@bank.example'], groups: ['manager'] };
/** Answers for the agent, as its registration says. */
export const OWNER: Person = { subject: 'owner', aliases: [], groups: ['manager'] };

/** A payment to somebody new: one person has to agree. */
export const PAYMENT: ActionRequest = {
  type: 'payment.send',
  params: { recipient: 'NEW', amount: 12.5, subject: 'hello', date: '2026-11-20' },
  resource: 'account/A1',
  sessionId: 'session',
  idempotencyKey: 'payment',
};

/** Closing an account for good: two people have to agree, one of them a manager. */
export const CLOSURE: ActionRequest = {
  type: 'account.close-bank',
  params: { account_id: 'A1' },
  resource: 'account/A1',
  sessionId: 'session',
  idempotencyKey: 'closure',
};

/** One gate with one action that waits for people. */
export class ApprovalScene {
  readonly gate: LocalGate;
  readonly record: ActionRecord;

  constructor(gate: LocalGate, record: ActionRecord) {
    this.gate = gate;
    this.record = record;
  }

  /** Submits an action to a gate of its own and opens its request. */
  static async open(world: AttemptWorld, request: ActionRequest): Promise<ApprovalScene> {
    const gate = await openLocalGate({ ...world, facts: [] });
    return ApprovalScene.submit(gate, request);
  }

  /** Submits an action to a gate and opens its request. */
  static async submit(gate: LocalGate, request: ActionRequest): Promise<ApprovalScene> {
    const submitted = await submitAction(gate, gate.agentId, request);
    if (!submitted.ok) throw new Error(`expected a decision, got \`${submitted.problem.code}\``);
    const { record } = submitted.value;
    const deps = {
      ...gate,
      notifier: { requested: nothing },
      consoleBaseUrl: 'https://console.invalid',
      timeoutMs: gate.settings.approvalTimeoutSeconds * 1_000,
    };
    const opened = await openRequest(deps, { actionId: record.actionId, agentId: gate.agentId });
    if (!opened.ok) throw new Error(`expected a request, got \`${opened.problem.code}\``);
    return new ApprovalScene(gate, record);
  }

  /** Lets a person approve; the problem's code, or `ok`. */
  async approve(person: Person, digest = this.record.digest): Promise<string> {
    const workflow = { start: nothing, complete: nothing, fail: nothing };
    const input = { actionId: this.record.actionId, person, decision: 'approve' as const, reason: 'r', digest };
    return codeOf(await decide({ ...this.gate, workflow }, input));
  }

  async seal(): Promise<string> {
    return codeOf(await seal(this.gate, { actionId: this.record.actionId, agentId: this.gate.agentId }));
  }

  /** The envelopes the agent may fetch. */
  envelopes(): readonly Envelope[] {
    const ref = { entity: 'action', agentId: this.gate.agentId, actionId: this.record.actionId } as const;
    return actionEnvelopes(this.gate.store.get(ref) ?? {});
  }

  /** Presents envelopes; the problem's code, or `ok`. */
  async redeem(envelopes: readonly Envelope[] = this.envelopes()): Promise<string> {
    return codeOf(await redeemAction(this.gate, this.gate.agentId, this.record.actionId, envelopes));
  }
}

function codeOf(result: Result<unknown, { readonly code: string }>): string {
  return result.ok ? 'ok' : result.problem.code;
}

async function nothing(): Promise<void> {}
