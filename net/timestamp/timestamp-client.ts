import { ok, type Result, refused } from '../../core/result.ts';
import { readLimited } from '../read-limited.ts';
import type { TimestampProblemCode } from './timestamp-problem.ts';
import { timestampRequest } from './timestamp-request.ts';
import { verifyTimestamp } from './timestamp-verify.ts';

const queryType = 'application/timestamp-query';
const replyType = 'application/timestamp-reply';

/** As much as the verifier reads. */
const maxReplyBytes = 65_536;

/** How a timestamp authority is asked. */
export interface TimestampClientOptions {
  /** Where requests are posted to. Many authorities offer plain HTTP alone; what they answer is signed. */
  readonly url: string;
  /** PEM texts, each of one or more certificates. */
  readonly trustAnchors: readonly string[];
  /** The authority's policy to ask for and to insist on, dotted decimal; any when absent. */
  readonly policy?: string;
  /** For one request and its whole reply. */
  readonly timeoutMs: number;
  /** How often an authority that does not answer is asked in all; 1 or more. */
  readonly attempts: number;
  /** Random bytes, fresh each time, at least 8. */
  readonly nonce: () => Uint8Array;
  readonly fetch: typeof fetch;
}

/** One authority: every token it returns verifies. */
export interface TimestampClient {
  /** @throws {TimestampFault} when there is no token that verifies */
  stamp(data: Uint8Array): Promise<Uint8Array>;
}

/** No timestamp: the authority did not answer, or what it answered does not verify. */
export class TimestampFault extends Error {
  readonly code: TimestampFaultCode;

  constructor(code: TimestampFaultCode, detail: string) {
    super(`no timestamp: ${detail}`);
    this.name = 'TimestampFault';
    this.code = code;
  }
}

/** `unreachable`: asking again may help. `answer_invalid`: no reply of the protocol. Others: the token's problem. */
export type TimestampFaultCode = TimestampProblemCode | 'unreachable' | 'answer_invalid';

interface Failure {
  readonly code: TimestampFaultCode;
  readonly detail: string;
}

/**
 * A client of one RFC 3161 authority over HTTP. What it returns is the whole TimeStampResp in DER, already verified:
 * imprint, nonce, policy, signer and chain. Only the SHA-256 of the data is sent.
 */
export function timestampClient(options: TimestampClientOptions): TimestampClient {
  return {
    stamp: async (data) => {
      let failure: Failure = { code: 'unreachable', detail: 'expected 1 attempt or more' };
      // A nonce of its own for each: a late reply to an earlier request is no answer to the next.
      for (let attempt = 0; attempt < options.attempts && failure.code === 'unreachable'; attempt += 1) {
        const reply = await askOnce(data, options);
        if (reply.ok) return reply.value;
        failure = reply.problem;
      }
      throw new TimestampFault(failure.code, failure.detail);
    },
  };
}

async function askOnce(data: Uint8Array, options: TimestampClientOptions): Promise<Result<Uint8Array, Failure>> {
  const { policy, trustAnchors } = options;
  const nonce = options.nonce();
  const asked = policy === undefined ? {} : { policy };
  const reply = await post(timestampRequest({ data, nonce, ...asked }), options);
  if (!reply.ok) return reply;
  const policies = policy === undefined ? {} : { policies: [policy] };
  const verified = verifyTimestamp(reply.value, data, { trustAnchors, nonce, ...policies });
  return verified.ok ? reply : refused({ code: verified.problem.code, detail: verified.problem.message });
}

async function post(body: Uint8Array, options: TimestampClientOptions): Promise<Result<Uint8Array, Failure>> {
  try {
    const response = await options.fetch(options.url, {
      method: 'POST',
      headers: { 'content-type': queryType, accept: replyType },
      body: new Uint8Array(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(options.timeoutMs),
    });
    return await readReply(response);
  } catch (error) {
    return refused({ code: 'unreachable', detail: error instanceof Error ? error.message : String(error) });
  }
}

/** The body of an RFC 3161 reply; a redirect is none. */
async function readReply(response: Response): Promise<Result<Uint8Array, Failure>> {
  const problem = headProblem(response);
  if (problem !== undefined) {
    await response.body?.cancel();
    return refused(problem);
  }
  const bytes = await readLimited(response, maxReplyBytes);
  return bytes === undefined
    ? refused({ code: 'answer_invalid', detail: `expected at most ${maxReplyBytes} bytes` })
    : ok(bytes);
}

function headProblem({ status, headers }: Response): Failure | undefined {
  if (status === 429 || status >= 500) return { code: 'unreachable', detail: `expected status 200, got \`${status}\`` };
  if (status !== 200) return { code: 'answer_invalid', detail: `expected status 200, got \`${status}\`` };
  const [type = ''] = (headers.get('content-type') ?? '').split(';');
  if (type.trim().toLowerCase() === replyType) return undefined;
  return { code: 'answer_invalid', detail: `expected \`${replyType}\`, got \`${type}\`` };
}
