import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { DecideDeps } from '../../../core/approval/decide.ts';
import type { ApprovalNotice, ApprovalNotifier } from '../../../core/approval/notifier.ts';
import type { OpenDeps } from '../../../core/approval/open-request.ts';
import { openRequest } from '../../../core/approval/open-request.ts';
import type { SealDeps } from '../../../core/approval/seal.ts';
import type { Person } from '../../../core/approval/separation.ts';
import { actionDigest } from '../../../core/gate/action.ts';
import { encodeActionRecord } from '../../../core/gate/action-record.ts';
import type { Tier } from '../../../core/gate/decision.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { ApprovalWorkflow, EnvelopeSealer, EnvelopeVerifier } from '../../../core/ports.ts';
import { decodeAgentHead, encodeAgentHead, newAgentHead } from '../../../core/state/agent-head.ts';
import type { EntityRef } from '../../../core/state/entities.ts';
import { CountingEntropy, NoPause, TEST_NOW_MS, TestClock, testPseudonymizer } from '../../support/deps.ts';
import { MemoryStore } from '../../support/memory-store.ts';

export const AGENT = '111122223333:countersign-agent-payments';
export const ACTION = 'act_0123456789abcdefghjkmnpqrs';
export const TIMEOUT_MS = 900_000;
export const PARAMS: JsonObject = {
  amountMicroUsd: '250000000000',
  payee: { iban: 'DE89370400440532013000', name: 'Acme' },
};

export const amy: Person = { subject: 'sub-amy', aliases: ['amy', 'amy@bank.example'], groups: ['approver'] };
export const bob: Person = { subject: 'sub-bob', aliases: ['bob', 'bob@bank.example'], groups: ['approver'] };
export const mia: Person = { subject: 'sub-mia', aliases: ['mia', 'mia@bank.example'], groups: ['manager'] };
export const owner: Person = {
  subject: 'sub-owner',
  aliases: ['olga', 'olga@bank.example'],
  groups: ['approver', 'manager'],
};
export const guest: Person = { subject: 'sub-guest', aliases: ['guest'], groups: ['auditor'] };

/** Remembers what the workflow was told; fails on demand, before or after it took effect. */
export class FakeWorkflow implements ApprovalWorkflow {
  readonly told: string[] = [];
  #faults: ('before' | 'after')[] = [];

  failNext(...faults: readonly ('before' | 'after')[]): void {
    this.#faults.push(...faults);
  }

  async start(): Promise<void> {
    throw new Error('expected no start');
  }

  async complete(taskToken: string): Promise<void> {
    this.#tell(`complete ${taskToken}`);
  }

  async fail(taskToken: string, error: string): Promise<void> {
    this.#tell(`fail ${taskToken} ${error}`);
  }

  #tell(what: string): void {
    const fault = this.#faults.shift();
    if (fault !== 'before') this.told.push(what);
    if (fault !== undefined) throw new Error('workflow unreachable');
  }
}

export class FakeNotifier implements ApprovalNotifier {
  readonly notices: ApprovalNotice[] = [];
  failures = 0;

  async requested(notice: ApprovalNotice): Promise<void> {
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error('topic unreachable');
    }
    this.notices.push(notice);
  }
}

const MAC_KEY = 'test-mac-key';

export const fakeSealer: EnvelopeSealer = {
  mac: async (bytes) => ({
    mac: Uint8Array.from(createHmac('sha256', MAC_KEY).update(bytes).digest()),
    requestId: `request-${createHash('sha256').update(bytes).digest('hex').slice(0, 8)}`,
  }),
  sign: async (bytes) => Uint8Array.from(createHash('sha256').update('signature').update(bytes).digest()),
};

export const fakeVerifier: EnvelopeVerifier = {
  verifyMac: async (bytes, mac) => {
    const expected = createHmac('sha256', MAC_KEY).update(bytes).digest();
    return mac.length === expected.length && timingSafeEqual(mac, expected);
  },
};

export const requestRef: EntityRef = { entity: 'approvalRequest', actionId: ACTION };
export const actionRef: EntityRef = { entity: 'action', agentId: AGENT, actionId: ACTION };
export const headRef: EntityRef = { entity: 'agentHead', agentId: AGENT };
export const agentRef: EntityRef = { entity: 'agent', agentId: AGENT };
export const slotRef = (slot: number): EntityRef => ({ entity: 'approvalSlot', actionId: ACTION, slot });

export type Scene = OpenDeps &
  DecideDeps &
  SealDeps & {
    readonly store: MemoryStore;
    readonly clock: TestClock;
    readonly workflow: FakeWorkflow;
    readonly notifier: FakeNotifier;
    readonly digest: string;
  };

/** A registered agent with one action that waits for people; no request is open yet. */
export function givenPendingAction(approvals: 1 | 2 = 2, params: JsonObject = PARAMS): Scene {
  const store = new MemoryStore();
  const action = { type: 'payment.send', params, resource: 'account/DE89', sessionId: 's-1', idempotencyKey: '' };
  const digest = actionDigest(AGENT, action);
  const tier: Tier = approvals === 2 ? 3 : 2;
  const { params: _params, idempotencyKey: _key, ...asked } = action;
  store.set(agentRef, {
    agentId: AGENT,
    displayName: 'Payments',
    ownerSubject: owner.subject,
    ownerAliases: owner.aliases,
  });
  store.set(headRef, encodeAgentHead({ ...newAgentHead(AGENT), version: 1, pendingApprovals: 1 }));
  store.set(
    actionRef,
    encodeActionRecord(
      {
        ...asked,
        actionId: ACTION,
        status: 'pending_approval',
        digest,
        tier,
        createdAtMs: TEST_NOW_MS,
        paramsJson: JSON.stringify(params),
        decision: {
          verdict: 'require_approval',
          tier,
          rules: [{ id: 'HA-05', text: 'Two people approve what cannot be undone.', frameworkRefs: ['AIR-SEC-024'] }],
          obligations: [{ kind: 'approvals', approvals, managers: approvals - 1 }],
          bundleHash: 'b'.repeat(64),
          contextHash: 'c'.repeat(64),
        },
        ledger: { chain: `agent/${AGENT}`, seq: 0, hash: 'd'.repeat(64) },
      },
      1_900_000_000,
    ),
  );
  return {
    store,
    clock: new TestClock(),
    entropy: new CountingEntropy(),
    pause: new NoPause(),
    pseudonyms: testPseudonymizer,
    workflow: new FakeWorkflow(),
    notifier: new FakeNotifier(),
    consoleBaseUrl: 'https://gate.example/v1',
    timeoutMs: TIMEOUT_MS,
    sealer: fakeSealer,
    ttlMs: 90_000,
    digest,
  };
}

/** As {@link givenPendingAction}, with its request open. */
export async function givenOpenRequest(approvals: 1 | 2 = 2, params: JsonObject = PARAMS): Promise<Scene> {
  const scene = givenPendingAction(approvals, params);
  const opened = await openRequest(scene, { actionId: ACTION, agentId: AGENT });
  if (!opened.ok) throw new Error(opened.problem.code);
  return scene;
}

/** The types of the ledger events written so far, in order. */
export function eventTypes(scene: Scene): string[] {
  return events(scene).map((event) => event.type);
}

/** The ledger events written so far, in order. */
export function events(
  scene: Scene,
): { readonly type: string; readonly data: JsonObject; readonly frameworkRefs: string[] }[] {
  return scene.store.commits
    .flat()
    .flatMap((write) => (write.ref.entity === 'ledgerEvent' && write.op === 'put' ? [write.item['bytes']] : []))
    .map((bytes) => JSON.parse(new TextDecoder().decode(bytes as Uint8Array)));
}

export function pendingApprovals(scene: Scene): number {
  const head = scene.store.get(headRef);
  if (head === undefined) throw new Error('expected a head');
  return decodeAgentHead(head).pendingApprovals;
}
