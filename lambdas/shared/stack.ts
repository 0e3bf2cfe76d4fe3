import middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import * as v from 'valibot';
import { StorageFault } from '../../core/state/entities.ts';
import { agentIdOf } from './caller.ts';
import type { Person } from './person.ts';
import { personOf } from './person.ts';
import { HttpProblem, problem } from './problem.ts';
import { count, logger, publishMetrics } from './telemetry.ts';

type Respond = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;

/** An API function: problems become RFC 9457 replies, anything unforeseen a 500 that says nothing of the inside. */
export function apiHandler(respond: Respond) {
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult>(respond)
    .use(publishMetrics())
    .onError((request) => {
      request.response = errorReply(request.error);
    });
}

/** An API function for agents: `agentId` comes from the IAM principal. */
export function agentHandler(
  respond: (event: APIGatewayProxyEvent, agentId: string) => Promise<APIGatewayProxyResult>,
) {
  return apiHandler(async (event) => respond(event, agentIdOf(event)));
}

/** An API function for signed-in people. */
export function personHandler(
  respond: (event: APIGatewayProxyEvent, person: Person) => Promise<APIGatewayProxyResult>,
) {
  return apiHandler(async (event) => respond(event, personOf(event)));
}

/**
 * A function that a workflow, schedule or operator calls with a JSON input. Errors propagate, so that the caller's
 * own retry and catch rules apply.
 */
export function taskHandler<Schema extends v.GenericSchema, Output>(
  schema: Schema,
  run: (input: v.InferOutput<Schema>) => Promise<Output>,
) {
  return middy<unknown, Output>(async (event: unknown) => {
    const parsed = v.safeParse(schema, event);
    if (!parsed.success) throw new InvalidInput(parsed.issues.map(describe).join('; '));
    return run(parsed.output);
  })
    .use(publishMetrics())
    .onError((request) => {
      logger.error('task failed', { error: request.error ?? undefined });
    });
}

/** The input of a task does not have the expected shape. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
}

function describe(issue: v.BaseIssue<unknown>): string {
  return `${v.getDotPath(issue) ?? 'input'}: ${issue.message}`;
}

function errorReply(error: Error | null | undefined): APIGatewayProxyResult {
  if (error instanceof HttpProblem) return problem(error.status, error.code, error.message, error.extra);
  if (error instanceof StorageFault) {
    count('StorageFault');
    logger.error('storage fault', { error });
    return problem(503, 'storage_fault', 'the decision could not be recorded, so nothing was allowed; try again');
  }
  logger.error('unforeseen error', { error: error ?? undefined });
  return problem(500, 'internal_error', 'something went wrong; nothing was allowed');
}
