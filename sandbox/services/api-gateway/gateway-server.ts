/**
 * API Gateway (REST) for the API of the synthesised templates, on loopback HTTP with the stage as first path part.
 *
 * Kept: the resource tree with `{name}` and `{name+}`; AWS_IAM (Signature Version 4, `execute-api:Invoke`), user pool
 * and open methods; request validators and models; Lambda proxy integration with payload format 1.0, the function's
 * permissions, 29 s, 502 for replies that are none; mock integrations with one literal response; customised gateway
 * responses; throttling per method on the sandbox's clock; 10 MB; 403 for what does not exist; access logs.
 * Not kept: TLS, custom domains, usage plans and API keys, caching, binary media types, Lambda authorizers, other
 * integrations, WAF, mapping templates beyond `$context`, resource policies for callers without IAM identity, a
 * throttle shared by all of the account's APIs.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Gateway } from './gateway.ts';
import type { HttpReply, HttpRequest } from './http-message.ts';

/** Bodies are read a little past the limit, so that the gateway can refuse them by its own reply. */
const READ_LIMIT_BYTES = 10 * 1024 * 1024 + 1;

/** The API's listener. */
export class GatewayServer {
  readonly #gateway: Pick<Gateway, 'handle' | 'flush'>;
  readonly #server: Server;

  constructor(gateway: Pick<Gateway, 'handle' | 'flush'>) {
    this.#gateway = gateway;
    this.#server = createServer((message, response) => {
      this.#serve(message, response).catch((error: unknown) => {
        process.emitWarning(`a request was dropped: ${error instanceof Error ? error.message : String(error)}`);
        response.destroy();
      });
    });
    this.#server.keepAliveTimeout = 60_000;
  }

  /** Listens on 127.0.0.1; `port` 0 takes a free one. Resolves to the base URL without the stage. */
  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('expected a port to listen on');
    return `http://127.0.0.1:${address.port}`;
  }

  /** Stops listening; requests under way are cut off. */
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    if (this.#server.listening) await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await this.#gateway.flush();
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = await this.#gateway.handle(await readRequest(message));
    send(response, reply);
  }
}

async function readRequest(message: IncomingMessage): Promise<HttpRequest> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message) {
    if (!Buffer.isBuffer(chunk) || bytes >= READ_LIMIT_BYTES) continue;
    chunks.push(chunk);
    bytes += chunk.byteLength;
  }
  const rawHeaders: [string, string][] = [];
  for (let index = 0; index + 1 < message.rawHeaders.length; index += 2) {
    rawHeaders.push([message.rawHeaders[index] ?? '', message.rawHeaders[index + 1] ?? '']);
  }
  return {
    method: message.method ?? 'GET',
    target: message.url ?? '/',
    rawHeaders,
    body: Buffer.concat(chunks),
    sourceIp: message.socket.remoteAddress ?? '127.0.0.1',
  };
}

function send(response: ServerResponse, reply: HttpReply): void {
  const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body;
  const headers = reply.headers.flat();
  response.writeHead(reply.status, [...headers, 'Content-Length', String(body.byteLength)]);
  response.end(body);
}
