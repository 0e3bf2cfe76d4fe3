import { appendFile } from 'node:fs/promises';
import type { Resource } from '../../contract.ts';
import { asRecord, optionalText } from '../lambda/template-values.ts';
import { type ContextVariables, fillTemplate } from './gateway-responses.ts';

/** Writes a line per request in the stage's `AccessLogSetting` format; nothing when the stage has none. */
export class AccessLog {
  readonly #format: string | undefined;
  readonly #file: string;
  #writing: Promise<void> = Promise.resolve();

  constructor(stage: Resource, file: string) {
    const setting = asRecord(stage.properties['AccessLogSetting'], `${stage.logicalId} AccessLogSetting`);
    this.#format = optionalText(setting['Format'], `${stage.logicalId} AccessLogSetting.Format`);
    this.#file = file;
  }

  /** Adds a line; a variable without value is shown as `-`. */
  write(variables: ContextVariables): void {
    if (this.#format === undefined) return;
    const line = `${fillTemplate(this.#format, variables, '-')}\n`;
    this.#writing = this.#writing
      .then(() => appendFile(this.#file, line, { mode: 0o600 }))
      .catch((error: unknown) => {
        process.emitWarning(`the access log cannot be written: ${String(error)}`);
      });
  }

  /** Resolves when what was added is written. */
  async flush(): Promise<void> {
    await this.#writing;
  }
}
