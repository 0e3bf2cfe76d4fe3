import { Agent, request } from 'node:http';
import { AwsError } from '../../contract.ts';
import { isRawObject, type RawObject } from '../../template/raw-template.ts';

/** The database's answer, unparsed. */
export interface DatabaseReply {
  readonly status: number;
  readonly body: Buffer;
}

/** Unauthorized access to the database, for the service itself only. */
export interface DatabaseClient {
  send(operation: string, body: string | Uint8Array, api?: 'DynamoDB' | 'Streams'): Promise<DatabaseReply>;
  /** Sends `input` and parses the answer. @throws {AwsError} where the database refuses it */
  ask(operation: string, input: object, api?: 'DynamoDB' | 'Streams'): Promise<RawObject>;
  close(): void;
}

const connections = 32;
const prefixes = { DynamoDB: 'DynamoDB_20120810', Streams: 'DynamoDBStreams_20120810' } as const;
// The database wants a signature's shape and does not check it.
const shapeOfSignature =
  'AWS4-HMAC-SHA256 Credential=sandbox/20260101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=00';

function parse(body: Buffer): RawObject {
  const value: unknown = JSON.parse(body.toString('utf8'));
  return isRawObject(value) ? value : {};
}

/** The error an answer of the database stands for. */
export function errorOf(reply: DatabaseReply): AwsError {
  const { __type: type, message, Message: title, ...members } = parse(reply.body);
  const code = String(type).split('#').at(-1) ?? 'InternalServerError';
  return new AwsError(code, reply.status, String(message ?? title ?? ''), members);
}

/** Opens kept-alive connections to the database at `url`. */
export function openDatabaseClient(url: string): DatabaseClient {
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: connections });

  const send: DatabaseClient['send'] = (operation, body, api = 'DynamoDB') =>
    new Promise((resolve, reject) => {
      const headers = {
        'x-amz-target': `${prefixes[api]}.${operation}`,
        'content-type': 'application/x-amz-json-1.0',
        'content-length': typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength,
        'x-amz-date': '20260101T000000Z',
        authorization: shapeOfSignature,
      };
      const outgoing = request({ agent, hostname, port, method: 'POST', path: '/', headers }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 500, body: Buffer.concat(chunks) }));
        incoming.on('error', reject);
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });

  return {
    send,
    ask: async (operation, input, api) => {
      const reply = await send(operation, JSON.stringify(input), api);
      if (reply.status !== 200) {
        throw errorOf(reply);
      }
      return parse(reply.body);
    },
    close: () => agent.destroy(),
  };
}
