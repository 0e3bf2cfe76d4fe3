import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentRegistration } from '../../core/authority/registration.ts';
import { registryFromEnvironment } from '../../core/authority/registry-from-environment.ts';
import { dayOf } from '../../core/budget/caps.ts';
import type { CompiledBundle } from '../../core/gate/bundle.ts';
import { decide } from '../../core/gate/decide.ts';
import type { Decision } from '../../core/gate/decision.ts';
import { contextToJson } from '../../core/gate/facts/context.ts';
import { buildContext, factItemsOf, factRefs, movedMicroUsd, UNDECLARED_BUDGET } from '../../core/gate/facts.ts';
import { decodeToolMapping, mapToolCall } from '../../core/gate/tool-mapping.ts';
import type { JsonObject } from '../../core/json.ts';
import type { AgentHead } from '../../core/state/agent-head.ts';
import { newAgentHead } from '../../core/state/agent-head.ts';
import type { StoredItem } from '../../core/state/entities.ts';
import { POLICIES_DIRECTORY } from '../../tools/build-bundle.ts';

/** One recorded call. */
export interface RecordedCall {
  readonly source: string;
  readonly task: string;
  readonly actor: string;
  readonly tool: string;
  readonly arguments: JsonObject;
  readonly label: string;
}

/** A recorded call with what the gate says to it, nobody having approved anything. */
export interface JudgedCall {
  readonly call: RecordedCall;
  readonly decision: Decision;
  readonly contextBytes: number;
}

const DATA = join(POLICIES_DIRECTORY, 'data', 'agent-actions');
const NOW_MS = Date.UTC(2026, 2, 4, 12);
const AGENT_ID = '111122223333:countersign-agent-demo';

export const agentCalls: readonly RecordedCall[] = ['agentdojo-banking.jsonl', 'tau2-banking.jsonl'].flatMap((file) =>
  readFileSync(join(DATA, file), 'utf8')
    .trim()
    .split('\n')
    .map((line): RecordedCall => JSON.parse(line))
    .filter((call) => call.actor === 'agent'),
);

export const mapping = decodeToolMapping(
  JSON.parse(readFileSync(join(POLICIES_DIRECTORY, 'tools', 'agent-actions.json'), 'utf8')),
);

const environment = registryFromEnvironment(JSON.parse(readFileSync(join(DATA, 'environment.json'), 'utf8')));
const factItems = new Map<string, StoredItem>(
  environment.facts.map(({ kind, key, value }) => [`${kind}#${key}`, JSON.parse(JSON.stringify({ kind, key, value }))]),
);

/** An agent with every scope and account: whatever stops it is a rule about what it does. */
function registrationFor(bundle: CompiledBundle): AgentRegistration {
  return {
    agentId: AGENT_ID,
    displayName: 'demo',
    ownerSubject: 'owner',
    ownerAliases: [],
    unitId: 'desk',
    scopes: [...new Set([...bundle.catalogue.values()].map((entry) => entry.scope))],
    accounts: ['*'],
    caps: { sessionMicroUsd: 1n, sessionTokens: 1n, dayMicroUsd: 1n, dayTokens: 1n, sessionSeconds: 3600 },
    rungs: { default: 'A3', classes: {} },
    active: true,
  };
}

/** Judges all calls in order, by one agent on one day, each task in a session; only what is allowed at once moves money. */
export function judgeAll(bundle: CompiledBundle): readonly JudgedCall[] {
  let head: AgentHead = { ...newAgentHead(AGENT_ID), day: dayOf(NOW_MS) };
  return agentCalls.map((call) => {
    const sessionId = `${call.source.split(' ')[0]}.${call.task}`;
    const { judged, moved, marks } = judge(bundle, call, sessionId, head);
    head = withAllowed(head, sessionId, moved, marks);
    return judged;
  });
}

function judge(bundle: CompiledBundle, call: RecordedCall, sessionId: string, head: AgentHead) {
  const mapped = mapToolCall(mapping, call.tool, call.arguments, { account: environment.accountId });
  if (!mapped.ok) throw new Error(mapped.problem.message);
  const request = { ...mapped.value, sessionId, idempotencyKey: call.task };
  const entry = bundle.catalogue.get(request.type);
  if (entry === undefined) throw new Error(`no entry for ${request.type}`);
  const items = factRefs(entry, request).map((ref) =>
    ref.entity === 'fact' ? factItems.get(`${ref.kind}#${ref.key}`) : undefined,
  );
  const context = buildContext({
    entry,
    request,
    registration: registrationFor(bundle),
    credentialIssuers: new Map(),
    head,
    stopAll: { version: 0, veto: null, riskLevel: 1 },
    agentStop: { version: 0, halted: false, reason: '', byPseudonym: '', atMs: 0 },
    budget: { ...UNDECLARED_BUDGET, declared: true, priced: true },
    factItems: factItemsOf(entry, request, items),
    approvals: { count: 0, managerCount: 0 },
    nowMs: NOW_MS,
  });
  const json = contextToJson(context);
  const decision = decide(
    { agentId: AGENT_ID, actionType: request.type, resource: request.resource, context: json },
    bundle,
  );
  const moved = decision.verdict === 'allow' ? movedMicroUsd(entry, context) : 0n;
  const marks = decision.verdict === 'allow' && entry.marksSession;
  return { judged: { call, decision, contextBytes: Buffer.byteLength(JSON.stringify(json)) }, moved, marks };
}

function withAllowed(head: AgentHead, sessionId: string, moved: bigint, marks: boolean): AgentHead {
  const before = head.sessions[sessionId];
  const session = {
    startedAtMs: NOW_MS,
    microUsd: 0n,
    tokens: 0n,
    amountMicroUsd: (before?.amountMicroUsd ?? 0n) + moved,
    ...((marks || before?.marked === true) && { marked: true as const }),
  };
  return { ...head, dayAmountMicroUsd: head.dayAmountMicroUsd + moved, sessions: { [sessionId]: session } };
}
