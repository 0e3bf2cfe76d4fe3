import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock } from '../../core/ports.ts';
import {
  type AwsCall,
  AwsError,
  type AwsReply,
  type AwsService,
  type Caller,
  type CredentialVault,
} from '../contract.ts';
import { decodeChunks } from './decode-chunks.ts';
import { internalError, protocolOf, renderError } from './protocol.ts';
import { claimedService, type SignedRequest, verifySigV4 } from './verify-sigv4.ts';

/**
 * The address every SDK client talks to. It checks the signature, hands the call to the service of the credential's
 * scope, and answers errors in that service's protocol. Not kept: TLS, one host name per service, virtual-hosted S3
 * addresses (clients use the path style by themselves where the host is an IP address), throttling.
 */
export interface Front {
  /** Adds a service under its signing name. */
  register(service: AwsService): void;
  /** Listens on 127.0.0.1; `port` 0 takes a free one. */
  listen(port?: number): Promise<void>;
  /** `http://127.0.0.1:<port>`. @throws {Error} before `listen` */
  endpointUrl(): string;
  /** Calls a registered service in-process as `caller`; its refusals are thrown as {@link AwsError}. */
  call(caller: Caller, call: Omit<AwsCall, 'caller'>): Promise<AwsReply>;
  /** Stops listening and closes the services. */
  close(): Promise<void>;
}

/** What the front needs. */
export interface FrontOptions {
  readonly vault: CredentialVault;
  readonly clock: Clock;
  /** The region that requests must be signed for. */
  readonly region: string;
  /** Called with what went wrong inside a service; the client only sees a 500. */
  readonly onFault: (error: unknown) => void;
}

const largestBodyBytes = 64 * 1_024 * 1_024;

function readBody(message: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    message.on('data', (chunk: Buffer) => {
      length += chunk.byteLength;
      if (length > largestBodyBytes) {
        reject(new AwsError('EntityTooLarge', 413, 'Your proposed upload exceeds the maximum allowed size'));
        message.destroy();
        return;
      }
      chunks.push(chunk);
    });
    message.on('end', () =>
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)),
    );
    message.on('error', reject);
  });
}

function plainHeaders(message: IncomingMessage): { readonly [lowerCaseName: string]: string } {
  const headers: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) {
      headers[name] = Array.isArray(value) ? value.join(',') : value;
    }
  }
  return headers;
}

function operationOf(request: SignedRequest, service: string): string {
  const target = request.headers['x-amz-target'];
  if (target !== undefined) {
    return target.slice(target.indexOf('.') + 1);
  }
  if (protocolOf(service) === 'query') {
    return new URLSearchParams(Buffer.from(request.body).toString('utf8')).get('Action') ?? '';
  }
  return '';
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new AwsError('InvalidURI', 400, "Couldn't parse the specified URI.");
  }
}

function toCall(request: SignedRequest, service: string, caller: Caller): AwsCall {
  const [path = '/', query = ''] = request.url.split('?', 2);
  const framed = request.headers['content-encoding']?.includes('aws-chunked') === true;
  const { body, trailers } = framed ? decodeChunks(request.body) : { body: request.body, trailers: {} };
  return {
    service,
    operation: operationOf(request, service),
    method: request.method,
    path: decodePath(path),
    query: new URLSearchParams(query),
    headers: framed ? { ...request.headers, ...trailers } : request.headers,
    body,
    caller,
  };
}

function send(response: ServerResponse, reply: AwsReply, requestId: string, nowMs: number, method: string): void {
  const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body;
  response.writeHead(reply.status, {
    'x-amzn-requestid': requestId,
    // Clients correct their own clock by this header, so a moved clock stays usable.
    date: new Date(nowMs).toUTCString(),
    ...(method !== 'HEAD' && reply.status !== 204 && { 'content-length': String(body.byteLength) }),
    ...reply.headers,
  });
  response.end(method === 'HEAD' ? undefined : body);
}

/** Makes a front that listens nowhere yet. */
export function createFront({ vault, clock, region, onFault }: FrontOptions): Front {
  const services = new Map<string, AwsService>();

  const dispatch = (call: AwsCall): Promise<AwsReply> => {
    const service = services.get(call.service);
    if (service === undefined) {
      throw new AwsError('UnknownServiceException', 501, `the sandbox does not emulate \`${call.service}\``);
    }
    return service.handle(call);
  };

  const answer = async (message: IncomingMessage, requestId: string): Promise<AwsReply> => {
    const headers = plainHeaders(message);
    const service = claimedService(headers) ?? 'execute-api';
    try {
      const body = await readBody(message);
      const request = { method: message.method ?? 'GET', url: message.url ?? '/', headers, body };
      const verified = verifySigV4(request, vault, clock.nowMs(), { region });
      return await dispatch({ ...toCall(request, verified.service, verified.caller), requestId });
    } catch (error) {
      if (!(error instanceof AwsError)) {
        onFault(error);
      }
      return renderError(error instanceof AwsError ? error : internalError(service), service, requestId);
    }
  };

  const server = createServer((message, response) => {
    const requestId = randomUUID();
    void answer(message, requestId).then((reply) =>
      send(response, reply, requestId, clock.nowMs(), message.method ?? 'GET'),
    );
  });
  server.keepAliveTimeout = 60_000;
  // The front answers with its own clock.
  const url = (): string => {
    const address = server.address();
    if (typeof address !== 'object' || address === null) {
      throw new Error('the front does not listen yet');
    }
    return `http://127.0.0.1:${address.port}`;
  };

  return {
    register: (service) => {
      services.set(service.service, service);
    },
    listen: (port = 0) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', () => {
          server.off('error', reject);
          resolve();
        });
      }),
    endpointUrl: url,
    call: async (caller, call) => dispatch({ ...call, caller }),
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await Promise.all([...services.values()].map((service) => service.close?.()));
    },
  };
}
