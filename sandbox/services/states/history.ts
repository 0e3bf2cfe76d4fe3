import type { JsonObject } from '../../../core/json.ts';
import type { HistoryEvent } from './execution.ts';

/** Collects one execution's history events until they are written. */
export class History {
  #lastId: number;
  #unwritten: HistoryEvent[] = [];

  /** @param lastId id of the newest event already written, 0 when there is none */
  constructor(lastId: number) {
    this.#lastId = lastId;
  }

  /** Adds an event; `details` becomes the member that AWS names after the event's type. */
  add(type: string, atMs: number, details: JsonObject): void {
    const previousEventId = this.#lastId;
    this.#lastId += 1;
    this.#unwritten.push({
      id: this.#lastId,
      previousEventId,
      timestamp: atMs / 1000,
      type,
      [detailsMember(type)]: details,
    });
  }

  /** The events added since the last call. */
  take(): readonly HistoryEvent[] {
    const taken = this.#unwritten;
    this.#unwritten = [];
    return taken;
  }
}

function detailsMember(type: string): string {
  if (type.endsWith('StateEntered')) return 'stateEnteredEventDetails';
  if (type.endsWith('StateExited')) return 'stateExitedEventDetails';
  if (type === 'MapStateStarted') return 'mapStateStartedEventDetails';
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`;
}
