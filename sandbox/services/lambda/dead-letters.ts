import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Caller, SandboxContext } from '../../contract.ts';
import { asRecord, optionalText } from './template-values.ts';

/** Where given-up events go: a queue's messages, one JSON object a line in `dead-letters/<queue name>.jsonl`. */
export class DeadLetters {
  readonly #context: SandboxContext;
  readonly #queueArn: string | undefined;

  /**
   * @param queueArn the queue; without one, messages go to `undelivered.jsonl`
   * @param sender the function's role, which must be allowed to send there
   * @throws {AwsError} when it is not, as AWS refuses to create such a configuration
   * @throws {TypeError} when the destination is not a queue
   */
  constructor(context: SandboxContext, queueArn: string | undefined, sender: Caller) {
    this.#context = context;
    this.#queueArn = queueArn;
    if (queueArn === undefined) return;
    if (!queueArn.startsWith('arn:aws:sqs:')) throw new TypeError(`expected a queue for failures, got \`${queueArn}\``);
    context.authorizer.authorize(sender, 'sqs:SendMessage', queueArn);
  }

  /** Writes one message. */
  add(message: object): void {
    const folder = join(this.#context.stateDir, 'dead-letters');
    const name = this.#queueArn?.slice(this.#queueArn.lastIndexOf(':') + 1) ?? 'undelivered';
    const line = JSON.stringify({ timestamp: new Date(this.#context.clock.nowMs()).toISOString(), ...message });
    mkdirSync(folder, { recursive: true });
    appendFileSync(join(folder, `${name}.jsonl`), `${line}\n`, { mode: 0o600 });
  }
}

/** The queue that a `DestinationConfig` names for failures. @throws {TypeError} when it is something else */
export function failureQueue(destinationConfig: unknown, where: string): string | undefined {
  const onFailure = asRecord(asRecord(destinationConfig, where)['OnFailure'], where);
  return optionalText(onFailure['Destination'], where);
}
