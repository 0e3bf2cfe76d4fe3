import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Witness } from './witness.ts';

/** 63 hashes and a note with as many signatures as are read fit in easily. */
const MAX_BODY_BYTES = 64 * 1_024;
const MAX_REQUEST_MS = 10_000;

/**
 * A witness over HTTP: `POST /add-checkpoint`, and its view at `GET /<hex SHA-256 of the origin>/checkpoint`.
 *
 * @param onFault told when a request could not be answered; the client only sees a 500
 */
export function witnessServer(witness: Witness, onFault: (error: unknown) => void): Server {
  const server = createServer((request, response) => {
    serve(witness, request, response).catch((error: unknown) => {
      onFault(error);
      if (!response.headersSent) reply(response, 500, 'the checkpoint could not be cosigned\n');
    });
  });
  server.requestTimeout = MAX_REQUEST_MS;
  server.keepAliveTimeout = 60_000;
  return server;
}

async function serve(witness: Witness, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = ''] = (request.url ?? '').split('?');
  const [, originHash] = /^\/([0-9a-f]{64})\/checkpoint$/.exec(path) ?? [];
  if (originHash !== undefined) {
    if (request.method !== 'GET' && request.method !== 'HEAD') return reply(response, 405, 'expected GET\n');
    const view = witness.view(originHash);
    return view === undefined ? reply(response, 404, 'no checkpoint of that log\n') : reply(response, 200, view);
  }
  if (path !== '/add-checkpoint') return reply(response, 404, 'expected /add-checkpoint\n');
  if (request.method !== 'POST') return reply(response, 405, 'expected POST\n');
  const body = await readBody(request);
  if (body === 'too long') {
    response.setHeader('connection', 'close');
    return reply(response, 413, `expected at most ${MAX_BODY_BYTES} bytes\n`);
  }
  if (body === 'not text') return reply(response, 400, 'expected UTF-8\n');
  const answer = witness.addCheckpoint(body.text);
  reply(response, answer.status, answer.body, answer.contentType);
}

function reply(
  response: ServerResponse,
  status: number,
  body: string,
  contentType = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) }).end(body);
}

function readBody(request: IncomingMessage): Promise<{ readonly text: string } | 'too long' | 'not text'> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= MAX_BODY_BYTES) chunks.push(chunk);
      else resolve('too long');
    });
    request.on('end', () => resolve(decoded(Buffer.concat(chunks))));
    request.on('error', reject);
  });
}

function decoded(bytes: Uint8Array): { readonly text: string } | 'not text' {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return 'not text';
  }
}
