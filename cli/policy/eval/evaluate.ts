import type { ActionRequest } from '../../../core/gate/action.ts';
import type { ActionRecord } from '../../../core/gate/action-record.ts';
import { closeSession } from '../../../core/gate/close-session.ts';
import type { Verdict } from '../../../core/gate/decision.ts';
import { reportOutcome } from '../../../core/gate/outcome.ts';
import { submitAction } from '../../../core/gate/submit.ts';
import type { MappingProblem, ToolMapping } from '../../../core/gate/tool-mapping.ts';
import { mapToolCall } from '../../../core/gate/tool-mapping.ts';
import { CanonicalFormError } from '../../../core/ledger/canonical.ts';
import { sha256Hex } from '../../../core/ledger/hash.ts';
import type { LocalGate } from './local-gate.ts';
import { approveAndRedeem, refuse } from './people.ts';
import type { Label, RecordedCall } from './recorded-calls.ts';
import { taskKey } from './recorded-calls.ts';

/** Why a call was never decided: no action is mapped to it, or it holds text that is not well-formed Unicode. */
export type CallProblem = MappingProblem['code'] | 'malformed_text';

/** What the gate said to one recorded call. */
export interface EvaluatedCall {
  readonly source: string;
  readonly task: string;
  readonly step: number;
  readonly line: number;
  readonly tool: string;
  /** The action type; null when the call is none that the gate governs. */
  readonly type: string | null;
  readonly label: Label;
  readonly verdict: Verdict;
  readonly rules: readonly string[];
  /** What people answered, when they were asked: simulated. */
  readonly people?: 'approved' | 'refused';
  /** Set when the call never came to a decision; its verdict is then `deny`. */
  readonly problem?: CallProblem;
}

/** Recorded calls and what they are evaluated with. */
export interface EvaluationInput {
  readonly gate: LocalGate;
  readonly mapping: ToolMapping;
  /** The account that tools without one of their own are about. */
  readonly accountId: string;
  readonly calls: readonly RecordedCall[];
}

/** Time between calls. */
const CALL_MS = 1_000;

/**
 * Sends the agent's calls through the gate: tasks in order of first appearance, each in a session of its own, one
 * call after the other, all by one agent. Calls of customers are left out.
 *
 * Where people are asked, they approve what a benign task wants and refuse everything else, so that later calls of the
 * task meet the state they would meet.
 *
 * @returns the answers in the order of the calls
 */
export async function evaluateCalls(input: EvaluationInput): Promise<readonly EvaluatedCall[]> {
  const tasks = Map.groupBy(
    input.calls.filter(({ actor }) => actor === 'agent'),
    taskKey,
  );
  const evaluated: EvaluatedCall[] = [];
  for (const [key, calls] of tasks) {
    const sessionId = `task-${sha256Hex(key).slice(0, 32)}`;
    for (const call of calls) {
      evaluated.push(await evaluateCall(input, call, sessionId));
      input.gate.pass(CALL_MS);
    }
    await closeSession(input.gate, input.gate.agentId, sessionId);
  }
  return evaluated.sort((left, right) => left.line - right.line);
}

async function evaluateCall(
  { gate, mapping, accountId }: EvaluationInput,
  call: RecordedCall,
  sessionId: string,
): Promise<EvaluatedCall> {
  const mapped = mapToolCall(mapping, call.tool, call.arguments, { account: accountId });
  if (!mapped.ok) return ungoverned(gate, call, mapped.problem.code);
  const request: ActionRequest = { ...mapped.value, sessionId, idempotencyKey: `${sessionId}.${call.line}` };
  const record = await decided(gate, request);
  if (record === undefined) return ungoverned(gate, call, 'malformed_text');
  const { verdict, rules } = record.decision;
  const answer = {
    ...about(call),
    type: request.type,
    verdict,
    rules: rules.map(({ id }) => id),
  };
  if (verdict === 'allow') await performed(gate, record.actionId);
  if (verdict !== 'require_approval') return answer;
  if (call.label !== 'benign') {
    await refuse(gate, record);
    return { ...answer, people: 'refused' };
  }
  if (await approveAndRedeem(gate, record)) await performed(gate, record.actionId);
  return { ...answer, people: 'approved' };
}

/** @returns undefined when the request has no canonical form, which the gate's edge refuses */
async function decided(gate: LocalGate, request: ActionRequest): Promise<ActionRecord | undefined> {
  try {
    const submitted = await submitAction(gate, gate.agentId, request);
    if (submitted.ok) return submitted.value.record;
    throw new Error(`expected a decision on ${request.idempotencyKey}, got \`${submitted.problem.code}\``);
  } catch (error) {
    if (error instanceof CanonicalFormError) return undefined;
    throw error;
  }
}

/** A call that is no action of the catalogue is one the gate was never asked about, so it must not run. */
function ungoverned(gate: LocalGate, call: RecordedCall, problem: CallProblem): EvaluatedCall {
  const rule =
    problem === 'unknown_tool' ? gate.bundle.builtin['unknown-type'] : gate.bundle.builtin['malformed-facts'];
  return { ...about(call), type: null, verdict: 'deny', rules: [rule.id], problem };
}

function about({ source, task, step, line, tool, label }: RecordedCall) {
  return { source, task, step, line, tool, label };
}

async function performed(gate: LocalGate, actionId: string): Promise<void> {
  await reportOutcome(gate, gate.agentId, actionId, { result: 'succeeded' });
}
