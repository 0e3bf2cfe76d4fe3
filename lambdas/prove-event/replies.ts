import type { APIGatewayProxyResult } from 'aws-lambda';
import type { NoProof } from '../../core/ledger/log/prove-event.ts';
import { problem } from '../shared/problem.ts';

/** The sequencer waits this long for more rows before it takes them into the log, seconds. */
const RETRY_AFTER_SECONDS = 5;

/** A proof as the text that verifiers read. */
export function proofReply(proof: string): APIGatewayProxyResult {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
  return { statusCode: 200, headers, body: proof };
}

/** A 404 that is the same for events that never were and events of other chains; a 409 until the log holds the event. */
export function noProofReply({ code }: NoProof): APIGatewayProxyResult {
  if (code === 'event_not_found') return problem(404, code, 'there is no such event on the chain of this agent');
  const reply = problem(409, code, 'the event is recorded, and the published log does not hold it yet; ask again');
  return { ...reply, headers: { ...reply.headers, 'retry-after': String(RETRY_AFTER_SECONDS) } };
}
