import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, open, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder } from '../lambda/durable-json.ts';
import type { HistoryEvent, Snapshot } from './execution.ts';

/** What a journal holds after a restart. */
export interface Recovered {
  readonly snapshot: Snapshot;
  readonly events: readonly HistoryEvent[];
}

/**
 * One execution's file: a line per transition with the new history events and the state to go on from. A line counts
 * once it is on disk; what a crash left of a half-written one is cut off.
 */
export class ExecutionJournal {
  readonly #file: string;

  constructor(folder: string, executionName: string) {
    this.#file = join(folder, `${encodeURIComponent(executionName)}.jsonl`);
  }

  /** Appends a transition; durable when it resolves. */
  async append(snapshot: Snapshot, events: readonly HistoryEvent[]): Promise<void> {
    const created = !existsSync(this.#file);
    if (created) await mkdir(dirname(this.#file), { recursive: true });
    const handle = await open(this.#file, 'a', 0o600);
    try {
      await handle.appendFile(`${JSON.stringify({ snapshot, events })}\n`);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    if (created) await syncFolder(dirname(this.#file));
  }

  /** Reads the journal; `undefined` when no whole line is there. */
  async recover(): Promise<Recovered | undefined> {
    const content = readFileSync(this.#file);
    const end = content.lastIndexOf(0x0a) + 1;
    if (end < content.length) await truncate(this.#file, end);
    const lines = content.subarray(0, end).toString('utf8').split('\n').slice(0, -1);
    let snapshot: Snapshot | undefined;
    const events: HistoryEvent[] = [];
    for (const line of lines) {
      const entry: Recovered = JSON.parse(line);
      snapshot = entry.snapshot;
      events.push(...entry.events);
    }
    return snapshot === undefined ? undefined : { snapshot, events };
  }
}

/** Names of the executions that have a journal in `folder`. */
export function journalledExecutions(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.jsonl'))
    .map((file) => decodeURIComponent(file.slice(0, -'.jsonl'.length)));
}
