import type { JsonObject, JsonValue } from '../../../core/json.ts';
import type { Definition, Flow, StateNode } from './asl.ts';
import type { Snapshot, Thread } from './execution.ts';
import type { Scope } from './query.ts';

/** Names that `$states.context` shows. */
export interface ExecutionIdentity {
  readonly executionArn: string;
  readonly machineArn: string;
  readonly machineName: string;
  readonly roleArn: string;
}

/** Where a new thread belongs. */
export type Place = Pick<Thread, 'scope' | 'variables' | 'parent' | 'mapItem'>;

/** The state a thread is in. @throws {Error} when the definition has no such state: the snapshot is not of this definition */
export function nodeOf(definition: Definition, thread: Thread): StateNode {
  let flow: Flow | undefined = definition.flow;
  for (const step of thread.scope) flow = flow?.states.get(step.state)?.flows[step.flow];
  const node = flow?.states.get(thread.state);
  if (node === undefined) throw new Error(`expected a state in the definition, got \`${thread.state}\``);
  return node;
}

/** Adds a thread at the beginning of `flow`. */
export function spawn(snapshot: Snapshot, flow: Flow, place: Place, input: JsonValue, nowMs: number): void {
  snapshot.threads.push({
    ...place,
    id: snapshot.nextThreadId,
    state: flow.startAt,
    input,
    enteredAtMs: nowMs,
    attempt: 0,
    retries: [],
    phase: { kind: 'enter' },
  });
  snapshot.nextThreadId += 1;
}

/** Starts the next branch or iteration of a Parallel or Map. */
export function spawnChild(snapshot: Snapshot, parent: Thread, node: StateNode, nowMs: number): void {
  const children = parent.children;
  if (children === undefined) return;
  const slot = children.started;
  const flowIndex = node.type === 'Map' ? 0 : slot;
  const flow = node.flows[flowIndex];
  const input = children.inputs[slot];
  if (flow === undefined || input === undefined) return;
  children.started += 1;
  const inherited = parent.mapItem === undefined ? {} : { mapItem: parent.mapItem };
  const place: Place = {
    parent: { id: parent.id, slot },
    scope: [...parent.scope, { state: parent.state, flow: flowIndex }],
    variables: parent.variables,
    ...(node.type === 'Map' ? { mapItem: { index: slot, value: children.items?.[slot] ?? input } } : inherited),
  };
  spawn(snapshot, flow, place, input, nowMs);
}

/** Drops everything that runs below a thread. */
export function removeChildren(snapshot: Snapshot, thread: Thread): void {
  delete thread.children;
  for (const child of snapshot.threads.filter((entry) => entry.parent?.id === thread.id)) {
    removeChildren(snapshot, child);
    snapshot.threads = snapshot.threads.filter((entry) => entry !== child);
  }
}

/** What an expression of the thread's state sees. */
export function scopeOf(
  identity: ExecutionIdentity,
  snapshot: Snapshot,
  thread: Thread,
  states: JsonObject = {},
  context: JsonObject = {},
): Scope {
  const item = thread.mapItem;
  const map = item === undefined ? {} : { Map: { Item: { Index: item.index, Value: item.value } } };
  return {
    variables: thread.variables,
    states: {
      input: thread.input,
      context: {
        Execution: {
          Id: identity.executionArn,
          Input: snapshot.input,
          Name: snapshot.name,
          RoleArn: identity.roleArn,
          StartTime: new Date(snapshot.startedAtMs).toISOString(),
          RedriveCount: 0,
        },
        State: {
          Name: thread.state,
          EnteredTime: new Date(thread.enteredAtMs).toISOString(),
          RetryCount: thread.retries.reduce((sum, made) => sum + made, 0),
        },
        StateMachine: { Id: identity.machineArn, Name: identity.machineName },
        ...map,
        ...context,
      },
      ...states,
    },
  };
}
