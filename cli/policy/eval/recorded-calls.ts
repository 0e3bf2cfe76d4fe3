import type { JsonObject, JsonValue } from '../../../core/json.ts';
import { isJsonObject } from '../../../core/json.ts';

/** What a recorded task wants. Lines without a label are counted apart. */
export type Label = 'benign' | 'attack' | 'unlabelled';

/** One recorded call of an agent's tool. */
export interface RecordedCall {
  /** Line number in the file, from 1. */
  readonly line: number;
  readonly source: string;
  readonly task: string;
  readonly step: number;
  readonly actor: 'agent' | 'customer';
  readonly tool: string;
  readonly arguments: JsonObject;
  readonly label: Label;
}

/** Lines of a file that cannot be read. */
export interface BadLine {
  readonly line: number;
  readonly problem: string;
}

/** What a file of recorded calls holds. */
export interface RecordedCalls {
  readonly calls: readonly RecordedCall[];
  readonly bad: readonly BadLine[];
}

/**
 * Reads recorded calls, one JSON object per line. `task` and `tool` must be there; `source`, `step`, `actor`,
 * `arguments` and `label` may be left out, and other members are ignored. Empty lines are skipped.
 */
export function readRecordedCalls(text: string): RecordedCalls {
  const calls: RecordedCall[] = [];
  const bad: BadLine[] = [];
  const steps = new Map<string, number>();
  for (const [index, source] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    if (source.trim() === '') continue;
    const read = readLine(index + 1, source, steps);
    if ('problem' in read) bad.push(read);
    else calls.push(read);
  }
  return { calls, bad };
}

/** Names a task within its source: two sources may use one name. */
export function taskKey({ source, task }: Pick<RecordedCall, 'source' | 'task'>): string {
  return JSON.stringify([source, task]);
}

function readLine(line: number, text: string, steps: Map<string, number>): RecordedCall | BadLine {
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch {
    return { line, problem: 'expected json' };
  }
  if (!isJsonObject(value)) return { line, problem: 'expected an object' };
  const { source = '', task, tool, actor = 'agent', label = 'unlabelled' } = value;
  if (typeof source !== 'string') return { line, problem: 'expected `source` to be a text' };
  if (typeof task !== 'string' || task === '') return { line, problem: 'expected `task` to be a text' };
  if (typeof tool !== 'string' || tool === '') return { line, problem: 'expected `tool` to be a text' };
  if (actor !== 'agent' && actor !== 'customer') return { line, problem: 'expected `actor` to be agent or customer' };
  if (!isLabel(label)) return { line, problem: 'expected `label` to be benign or attack' };
  const given = value['arguments'] ?? {};
  if (!isJsonObject(given)) return { line, problem: 'expected `arguments` to be an object' };
  const key = taskKey({ source, task });
  const step = value['step'] ?? steps.get(key) ?? 0;
  if (typeof step !== 'number') return { line, problem: 'expected `step` to be a number' };
  steps.set(key, step + 1);
  return { line, source, task, step, actor, tool, arguments: given, label };
}

function isLabel(label: JsonValue): label is Label {
  return label === 'benign' || label === 'attack' || label === 'unlabelled';
}
