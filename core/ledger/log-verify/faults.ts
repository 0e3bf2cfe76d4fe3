import { TILE_WIDTH } from '../log/tile-path.ts';
import type { Finding, LogCheck } from './check.ts';

/** Collects what one bundle's checks find. */
export class Faults {
  readonly #offset: number;
  readonly found: Finding[] = [];

  constructor(n: number) {
    this.#offset = n * TILE_WIDTH;
  }

  add(check: LogCheck, code: string, index: number, what: Pick<Finding, 'path' | 'chain' | 'expected' | 'got'>): void {
    this.found.push({ check, code, index: this.#offset + index, ...what });
  }
}
