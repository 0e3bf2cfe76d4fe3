import { appendFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Resource } from '../../contract.ts';
import { asRecord, optionalText } from '../lambda/template-values.ts';
import { type ContextVariables, fillTemplate } from './gateway-responses.ts';

/** Lines wait this long for others: opening the file costs more than writing one. */
const GATHER_MS = 20;

/** Writes a line per request in the stage's `AccessLogSetting` format; nothing when the stage has none. */
export class AccessLog {
  readonly #format: string | undefined;
  readonly #file: string;
  #waiting: string[] = [];
  #writing: Promise<void> = Promise.resolve();

  constructor(stage: Resource, file: string) {
    const setting = asRecord(stage.properties['AccessLogSetting'], `${stage.logicalId} AccessLogSetting`);
    this.#format = optionalText(setting['Format'], `${stage.logicalId} AccessLogSetting.Format`);
    this.#file = file;
  }

  /** Adds a line; a variable without value is shown as `-`. */
  write(variables: ContextVariables): void {
    if (this.#format === undefined) return;
    this.#waiting.push(`${fillTemplate(this.#format, variables, '-')}\n`);
    if (this.#waiting.length === 1) this.#writing = this.#writing.then(() => this.#writeWaiting());
  }

  /** Resolves when what was added is written. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async #writeWaiting(): Promise<void> {
    await sleep(GATHER_MS);
    const lines = this.#waiting.splice(0).join('');
    try {
      await appendFile(this.#file, lines, { mode: 0o600 });
    } catch (error) {
      process.emitWarning(`the access log cannot be written: ${String(error)}`);
    }
  }
}
