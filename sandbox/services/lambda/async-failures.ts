import type { SandboxContext } from '../../contract.ts';
import { DeadLetters, failureQueue } from './dead-letters.ts';
import type { FunctionConfig } from './function-config.ts';
import { roleCaller } from './role-caller.ts';
import { optionalNumber } from './template-values.ts';

/** How long an asynchronous invocation waits before its first and second retry. */
export const RETRY_DELAYS_MS = [60_000, 120_000] as const;

/** What happens to a failing asynchronous invocation. */
export interface AsyncFailures {
  /** Retries after the first attempt, at most two. */
  readonly retries: number;
  readonly deadLetters: DeadLetters;
}

/** Reads a function's `AWS::Lambda::EventInvokeConfig` and dead-letter queue. @throws {TypeError} for other destinations */
export function readAsyncFailures(config: FunctionConfig, context: SandboxContext): AsyncFailures {
  const sender = roleCaller(config.roleArn, config.name, context.assembly.accountId);
  for (const { stack, logicalId, properties } of context.assembly.byType('AWS::Lambda::EventInvokeConfig')) {
    if (properties['FunctionName'] !== config.name && properties['FunctionName'] !== config.arn) continue;
    const where = `${stack}/${logicalId}`;
    const queueArn = failureQueue(properties['DestinationConfig'], `${where} DestinationConfig`);
    return {
      retries: optionalNumber(properties['MaximumRetryAttempts'], where) ?? RETRY_DELAYS_MS.length,
      deadLetters: new DeadLetters(context, queueArn ?? config.deadLetterArn, sender),
    };
  }
  return { retries: RETRY_DELAYS_MS.length, deadLetters: new DeadLetters(context, config.deadLetterArn, sender) };
}
