import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import type { MappedCall, SessionDefaults, ToolMapping } from '../../core/gate/tool-mapping.ts';
import { decodeToolMapping, mapToolCall } from '../../core/gate/tool-mapping.ts';
import type { JsonObject } from '../../core/json.ts';

const RecordedCall = v.object({
  source: v.string(),
  task: v.string(),
  step: v.number(),
  actor: v.picklist(['agent', 'customer']),
  tool: v.string(),
  arguments: v.custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value)),
  label: v.picklist(['benign', 'attack']),
});

const ToolDescription = v.object({ tool: v.string(), source: v.string(), effect: v.string() });

/** A recorded call of an agent, as the gate is asked about it. */
export interface RecordedAction {
  readonly tool: string;
  readonly call: MappedCall;
  /** False for reads. */
  readonly changesSomething: boolean;
}

/** A recorded task: one session of one agent. Labels belong to tasks, not to calls. */
export interface RecordedTask {
  readonly name: string;
  readonly source: string;
  readonly label: 'benign' | 'attack';
  readonly actions: readonly RecordedAction[];
}

/** The files of recorded actions. */
const FILES = ['agentdojo-banking.jsonl', 'tau2-banking.jsonl'];

/**
 * Reads the recorded tasks, in order, leaving out what customers did themselves.
 *
 * @throws {Error} when a tool cannot be mapped: a call that is not governed must not be left out silently
 */
export function readRecordedTasks(policiesDir: string, defaults: SessionDefaults): readonly RecordedTask[] {
  const dataDir = join(policiesDir, 'data/agent-actions');
  const mapping = decodeToolMapping(readJson(join(policiesDir, 'tools/agent-actions.json')));
  const tools = v.parse(v.array(ToolDescription), readJson(join(dataDir, 'tools.json')));
  const readers = new Set(tools.filter(({ effect }) => effect === 'read').map(({ tool }) => tool));
  const calls = FILES.flatMap((file) => readLines(join(dataDir, file)));
  const tasks = new Map<string, RecordedTask>();
  for (const call of calls.filter(({ actor }) => actor === 'agent')) {
    const key = `${call.source}/${call.task}`;
    const task = tasks.get(key) ?? { name: call.task, source: call.source, label: call.label, actions: [] };
    const action = {
      tool: call.tool,
      call: mapped(mapping, call.tool, call.arguments, defaults),
      changesSomething: !readers.has(call.tool),
    };
    tasks.set(key, { ...task, actions: [...task.actions, action] });
  }
  return [...tasks.values()];
}

function mapped(mapping: ToolMapping, tool: string, args: JsonObject, defaults: SessionDefaults): MappedCall {
  const result = mapToolCall(mapping, tool, args, defaults);
  if (!result.ok) throw new Error(`expected tool \`${tool}\` to be mapped, got ${result.problem.message}`);
  return result.value;
}

function readLines(path: string) {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => v.parse(RecordedCall, JSON.parse(line)));
}

function readJson(path: string) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
