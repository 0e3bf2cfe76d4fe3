import type { LogKeys } from './log-parties.ts';
import type { LogSize } from './log-world.ts';
import { freshKeys, LogWorld } from './log-world.ts';

/** The logs that attacks are mounted on. All have the same keys. */
export class LogBench {
  /** One that nobody changes: 3 checkpoints, 283 events, so that there are tiles of two levels. */
  readonly shared: LogWorld;
  readonly #keys: LogKeys;

  private constructor(shared: LogWorld, keys: LogKeys) {
    this.shared = shared;
    this.#keys = keys;
  }

  static async open(): Promise<LogBench> {
    const keys = await freshKeys();
    return new LogBench(await LogWorld.open({}, keys), keys);
  }

  /** A log of its own for an attack that makes it grow: 2 checkpoints, 43 events. */
  fresh({ checkpoints = 2, rounds = 5 }: LogSize = {}): Promise<LogWorld> {
    return LogWorld.open({ checkpoints, rounds }, this.#keys);
  }
}
