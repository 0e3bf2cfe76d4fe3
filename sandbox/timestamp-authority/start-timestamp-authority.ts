import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock } from '../../core/ports.ts';
import { answerRequest } from './answer-request.ts';
import { type AuthorityState, openAuthority } from './authority-state.ts';

const queryType = 'application/timestamp-query';
const replyType = 'application/timestamp-reply';
const maxRequestBytes = 8_192;

/** How an authority is started. */
export interface TimestampAuthorityOptions {
  /** Where keys, certificates and the last number are kept; made at the first start. */
  readonly stateDir: string;
  /** The time that tokens state. */
  readonly clock: Clock;
  /** 0 or absent takes a free one. */
  readonly port?: number;
}

/** A running authority. */
export interface TimestampAuthority {
  /** Where requests are posted to. */
  readonly url: string;
  /** PEM of the root that its tokens lead to. */
  readonly trustAnchorPem: string;
  close(): Promise<void>;
}

/**
 * Starts a timestamp authority on 127.0.0.1 (RFC 3161 over HTTP, section 3.4): real tokens, from keys of its own, so
 * that no network is needed. It stands in for an authority that an institution chooses and does not operate.
 */
export async function startTimestampAuthority(options: TimestampAuthorityOptions): Promise<TimestampAuthority> {
  const { stateDir, clock, port = 0 } = options;
  const state = openAuthority(stateDir, clock.nowMs());
  const server = createServer((message, response) => {
    serve(message, response, state, clock).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a port to listen on');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    trustAnchorPem: state.rootPem,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function serve(
  message: IncomingMessage,
  response: ServerResponse,
  state: AuthorityState,
  clock: Clock,
): Promise<void> {
  if (message.method !== 'POST') return refuse(response, 405);
  if (message.headers['content-type'] !== queryType) return refuse(response, 415);
  const body = await readBody(message);
  if (body === undefined) return refuse(response, 413);
  const reply = answerRequest(body, state.signer, { nowMs: clock.nowMs(), serial: state.nextSerial() });
  response.writeHead(200, { 'content-type': replyType, 'content-length': reply.length });
  response.end(reply);
}

/** Undefined when there is more than a request can have. */
async function readBody(message: IncomingMessage): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const part of message) {
    if (!(part instanceof Uint8Array)) throw new TypeError('expected bytes');
    total += part.length;
    if (total > maxRequestBytes) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { connection: 'close' });
  response.end();
}
