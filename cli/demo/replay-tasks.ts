import { isJsonObject } from '../../core/json.ts';
import type { AgentClient, GateReply } from '../../sdk/agent-client.ts';
import type { PersonClient } from '../person-client.ts';
import { actionIn, approveAndRedeem, decideAs } from './people-decide.ts';
import type { RecordedAction, RecordedTask } from './recorded-actions.ts';

/** Who takes part in the replay. */
export interface ReplayCast {
  agentFor(task: RecordedTask): AgentClient;
  readonly approver: PersonClient;
  readonly manager: PersonClient;
}

/** What became of one recorded call. */
export interface ReplayedAction {
  readonly actionId: string;
  readonly tool: string;
  readonly type: string;
  readonly verdict: 'allow' | 'deny' | 'require_approval';
  /** The rules that decided, with their approved text. */
  readonly rules: readonly { readonly id: string; readonly text: string }[];
  readonly changesSomething: boolean;
}

/** What became of one recorded task. */
export interface ReplayedTask {
  readonly task: RecordedTask;
  readonly actions: readonly ReplayedAction[];
}

const VERDICT_OF: { readonly [status: number]: ReplayedAction['verdict'] } = {
  200: 'allow',
  202: 'require_approval',
  403: 'deny',
};

/**
 * Sends a task's calls through the gate as its agent would, in one session. Where people are asked, they approve what
 * a benign task wants and reject what an attack wants. The agent then reports what it did.
 */
export async function replayTask(cast: ReplayCast, task: RecordedTask): Promise<ReplayedTask> {
  const agent = cast.agentFor(task);
  const sessionId = `${task.source.split(' ')[0]}.${task.name}`;
  const actions: ReplayedAction[] = [];
  for (const [step, action] of task.actions.entries()) {
    const reply = await agent.submit({ ...action.call, sessionId, idempotencyKey: `${sessionId}.${step}` });
    const replayed = replayedAction(action, reply);
    actions.push(replayed);
    if (replayed.verdict === 'require_approval') await letPeopleDecide(cast, agent, task, reply);
    if (replayed.verdict === 'allow') await agent.outcome(replayed.actionId, { result: 'succeeded' });
  }
  await agent.closeSession(sessionId);
  return { task, actions };
}

async function letPeopleDecide(
  { approver, manager }: ReplayCast,
  agent: AgentClient,
  task: RecordedTask,
  { body }: GateReply,
): Promise<void> {
  const actionId = String(body['actionId']);
  if (task.label === 'attack') {
    await decideAs(approver, actionId, 'reject', 'the customer never asked for this');
    await actionIn(agent, actionId, 'refused');
    return;
  }
  const approval = body['approval'];
  const needed = isJsonObject(approval) ? Number(approval['approvals']) : 1;
  const people = needed > 1 ? [approver, manager] : [isManagerNeeded(approval) ? manager : approver];
  const redeemed = await approveAndRedeem(agent, people, actionId);
  if (redeemed.status !== 200) throw new Error(`expected a redeemed action, got ${JSON.stringify(redeemed.body)}`);
  await agent.outcome(actionId, { result: 'succeeded' });
}

function isManagerNeeded(approval: unknown): boolean {
  return typeof approval === 'object' && approval !== null && Number(Reflect.get(approval, 'managers')) > 0;
}

function replayedAction(action: RecordedAction, { status, body }: GateReply): ReplayedAction {
  const verdict = VERDICT_OF[status];
  const decision = body['decision'];
  if (verdict === undefined || !isJsonObject(decision)) {
    throw new Error(`expected a decision on \`${action.tool}\`, got ${status} ${JSON.stringify(body)}`);
  }
  const rules = Array.isArray(decision['rules']) ? decision['rules'].filter(isJsonObject) : [];
  return {
    actionId: String(body['actionId']),
    tool: action.tool,
    type: action.call.type,
    verdict,
    rules: rules.map((rule) => ({ id: String(rule['id']), text: String(rule['text']) })),
    changesSomething: action.changesSomething,
  };
}
