import type { AgentRegistration } from '../authority/registration.ts';
import { newAgentHead } from '../state/agent-head.ts';
import type { ActionRequest } from './action.ts';
import type { CompiledBundle } from './bundle.ts';
import { contextFor } from './context-for.ts';
import { decide } from './decide.ts';
import type { Verdict } from './decision.ts';
import { UNDECLARED_BUDGET } from './facts.ts';

/** The action type that people approve before a bundle comes into force, and the one resource it is about. */
export const ACTIVATE_TYPE = 'policy.activate';
export const ACTIVE_POLICY = 'policy/active';

const AGENT_ID = '000000000000:countersign-agent-policy-pipeline';

/**
 * How many people the replacement of a bundle must need, no more and no fewer: with fewer, one person could change every
 * rule; if even these did not do, nobody could change a rule again.
 */
const EXPECTED: readonly { readonly count: number; readonly managerCount: number; readonly verdict: Verdict }[] = [
  { count: 0, managerCount: 0, verdict: 'require_approval' },
  { count: 1, managerCount: 1, verdict: 'require_approval' },
  { count: 2, managerCount: 0, verdict: 'require_approval' },
  { count: 2, managerCount: 1, verdict: 'allow' },
];

/**
 * Why a bundle could not be replaced once it is in force, or undefined. Asks the bundle about its own replacement on the
 * facts that this gate computes, so a bundle whose rules or facts do not fit this gate is found out before it decides.
 */
export function lockOut(bundle: CompiledBundle, nowMs: number): string | undefined {
  for (const { verdict, ...approvals } of EXPECTED) {
    const got = verdictOn(bundle, approvals, nowMs);
    if (got === verdict) continue;
    const { count, managerCount } = approvals;
    return `expected \`${verdict}\` on its own replacement with ${count} approvals, ${managerCount} by managers, got \`${got}\``;
  }
  return undefined;
}

function verdictOn(
  bundle: CompiledBundle,
  approvals: { readonly count: number; readonly managerCount: number },
  nowMs: number,
): Verdict {
  const entry = bundle.catalogue.get(ACTIVATE_TYPE);
  if (entry === undefined) return 'deny';
  const request: ActionRequest = {
    type: ACTIVATE_TYPE,
    params: { bundleHash: bundle.hash, sequence: Math.max(1, bundle.release.sequence) },
    resource: ACTIVE_POLICY,
    sessionId: 'replacement',
    idempotencyKey: 'replacement',
  };
  const { context } = contextFor(bundle, {
    entry,
    request,
    registration: pipeline(entry.scope),
    credentialIssuers: new Map(),
    head: newAgentHead(AGENT_ID),
    stopAll: { version: 0, veto: null, riskLevel: 1 },
    agentStop: { version: 0, halted: false, reason: '', byPseudonym: '', atMs: 0 },
    budget: { ...UNDECLARED_BUDGET, declared: true, priced: true },
    factItems: new Map(),
    approvals,
    nowMs,
  });
  return decide({ agentId: AGENT_ID, actionType: ACTIVATE_TYPE, resource: ACTIVE_POLICY, context }, bundle).verdict;
}

function pipeline(scope: string): AgentRegistration {
  const caps = { sessionMicroUsd: 1n, sessionTokens: 1n, dayMicroUsd: 1n, dayTokens: 1n, sessionSeconds: 3_600 };
  return {
    agentId: AGENT_ID,
    displayName: 'Policy pipeline',
    ownerSubject: 'owner',
    ownerAliases: [],
    unitId: 'unit',
    scopes: [scope],
    accounts: [],
    caps,
    rungs: { default: 'A3', classes: {} },
    active: true,
  };
}
