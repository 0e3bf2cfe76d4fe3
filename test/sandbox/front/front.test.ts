import { request } from 'node:http';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { KMSClient, ListKeysCommand } from '@aws-sdk/client-kms';
import { ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AwsCall, AwsError, type AwsService } from '../../../sandbox/contract.ts';
import { openTestSandbox, role, type TestSandbox, temporaryFolder } from './fixture.ts';

const folder = temporaryFolder();
const calls: AwsCall[] = [];
let sandbox: TestSandbox;

function echo(service: string): AwsService {
  return {
    service,
    handle: async (call) => {
      calls.push(call);
      if (call.headers['x-test'] === 'fault') {
        throw new Error('secret detail');
      }
      if (service === 's3' && call.method === 'PUT') {
        return { status: 200, body: '' };
      }
      throw new AwsError('Refused', 400, 'refused <&> on purpose', { Detail: 'more' });
    },
  };
}

beforeAll(async () => {
  sandbox = await openTestSandbox(folder.path, { Stack: { Resources: { Worker: role('worker', []) } } }, () =>
    ['dynamodb', 'kms', 's3', 'sns'].map(echo),
  );
});
afterAll(async () => {
  await sandbox.close();
  folder.remove();
});

type Settings = ReturnType<TestSandbox['clientOf']>;
const senders: readonly (readonly [string, (settings: Settings) => Promise<unknown>])[] = [
  ['dynamodb', (settings) => new DynamoDBClient({ ...settings, maxAttempts: 1 }).send(new ListTablesCommand({}))],
  ['kms', (settings) => new KMSClient({ ...settings, maxAttempts: 1 }).send(new ListKeysCommand({}))],
  ['s3', (settings) => new S3Client({ ...settings, maxAttempts: 1 }).send(new ListBucketsCommand({}))],
  [
    'sns',
    (settings) =>
      new SNSClient({ ...settings, maxAttempts: 1 }).send(new PublishCommand({ TopicArn: 'a', Message: 'b' })),
  ],
];

const codes: { readonly [fault: string]: { readonly [service: string]: string } } = {
  unknownKey: {
    dynamodb: 'UnrecognizedClientException',
    kms: 'UnrecognizedClientException',
    s3: 'InvalidAccessKeyId',
    sns: 'InvalidClientTokenId',
  },
  wrongSecret: {
    dynamodb: 'InvalidSignatureException',
    kms: 'InvalidSignatureException',
    s3: 'SignatureDoesNotMatch',
    sns: 'SignatureDoesNotMatch',
  },
  expired: { dynamodb: 'ExpiredTokenException', kms: 'ExpiredTokenException', s3: 'ExpiredToken', sns: 'ExpiredToken' },
  skewed: {
    dynamodb: 'InvalidSignatureException',
    kms: 'InvalidSignatureException',
    s3: 'RequestTimeTooSkewed',
    sns: 'SignatureDoesNotMatch',
  },
};

describe.each(senders)('%s', (service, send) => {
  test('gets the caller and the operation when the signature is right, and its errors back', async () => {
    calls.length = 0;
    await expect(send(sandbox.clientOf('worker'))).rejects.toMatchObject({
      name: 'Refused',
      message: 'refused <&> on purpose',
      $metadata: { httpStatusCode: 400 },
    });
    expect(calls).toMatchObject([
      {
        service,
        caller: {
          arn: 'arn:aws:sts::111122223333:assumed-role/worker/session',
          roleArn: 'arn:aws:iam::111122223333:role/worker',
        },
      },
    ]);
  });

  test('answers an unknown key', async () => {
    const settings = sandbox.clientOf('worker');
    const credentials = { ...settings.credentials, accessKeyId: 'ASIAAAAAAAAAAAAAAAAA' };
    await expect(send({ ...settings, credentials })).rejects.toMatchObject({ name: codes['unknownKey']?.[service] });
    const otherToken = { ...settings.credentials, sessionToken: sandbox.clientOf('worker').credentials.sessionToken };
    await expect(send({ ...settings, credentials: otherToken })).rejects.toMatchObject({
      name: codes['unknownKey']?.[service],
    });
  });

  test('answers a signature made with another secret', async () => {
    const settings = sandbox.clientOf('worker');
    const credentials = { ...settings.credentials, secretAccessKey: 'another' };
    await expect(send({ ...settings, credentials })).rejects.toMatchObject({ name: codes['wrongSecret']?.[service] });
  });

  test('answers a signature made for another region', async () => {
    const settings = { ...sandbox.clientOf('worker'), region: 'us-east-1' };
    await expect(send(settings)).rejects.toMatchObject({ name: codes['wrongSecret']?.[service] });
  });

  test('answers a token that has expired', async () => {
    const issued = sandbox.vault.issue('arn:aws:iam::111122223333:role/worker', 'brief', 60);
    const own = temporaryFolder();
    const other = await openTestSandbox(own.path, { Stack: { Resources: { Worker: role('worker', []) } } }, () => []);
    const brief = other.vault.issue('arn:aws:iam::111122223333:role/worker', 'brief', 60);
    other.clock.advance(61_000);
    await expect(send({ ...other.clientOf('worker'), credentials: brief })).rejects.toMatchObject({
      name: codes['expired']?.[service],
    });
    await expect(send({ ...sandbox.clientOf('worker'), credentials: issued })).rejects.toMatchObject({
      name: 'Refused',
    });
    await other.close();
    own.remove();
  });

  test('answers a clock that is more than 15 minutes away', async () => {
    const own = temporaryFolder();
    const other = await openTestSandbox(own.path, { Stack: { Resources: { Worker: role('worker', []) } } }, () => []);
    other.clock.advance(14 * 60_000);
    await expect(send(other.clientOf('worker'))).rejects.toMatchObject({
      message: expect.stringContaining('does not emulate'),
    });
    other.clock.advance(2 * 60_000);
    await expect(send(other.clientOf('worker'))).rejects.toMatchObject({ name: codes['skewed']?.[service] });
    await other.close();
    own.remove();
  });
});

function post(headers: {
  readonly [name: string]: string;
}): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(sandbox.front.endpointUrl(), { method: 'POST', headers }, (incoming) => {
      let body = '';
      incoming.on('data', (chunk: Buffer) => {
        body += chunk.toString('utf8');
      });
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body }));
    });
    outgoing.on('error', reject);
    outgoing.end('{}');
  });
}

describe('the front', () => {
  test('answers 403 when there is no signature', async () => {
    expect(await post({})).toEqual({ status: 403, body: '{"message":"Missing Authentication Token"}' });
    expect((await post({ authorization: 'Bearer x' })).status).toBe(400);
  });

  test('refuses a body that was changed after signing, and headers added after it', async () => {
    const client = new DynamoDBClient({ ...sandbox.clientOf('worker'), maxAttempts: 1 });
    const change = (edit: (message: { body?: unknown; headers: Record<string, string> }) => void) => {
      client.middlewareStack.add(
        (next) => (args) => {
          edit(Object(args.request));
          return next(args);
        },
        { step: 'deserialize', name: 'change', override: true },
      );
      return client.send(new ListTablesCommand({}));
    };
    await expect(
      change((message) => {
        message.body = '{ }';
        message.headers['content-length'] = '3';
      }),
    ).rejects.toMatchObject({ name: 'InvalidSignatureException' });
    await expect(
      change((message) => {
        message.headers['x-amz-added'] = 'later';
      }),
    ).rejects.toMatchObject({ message: expect.stringContaining('which were not signed: x-amz-added') });
  });

  test('takes the framing off a streamed upload', async () => {
    calls.length = 0;
    const { Readable } = await import('node:stream');
    const client = new S3Client({ ...sandbox.clientOf('worker'), maxAttempts: 1 });
    const body = Readable.from([Buffer.alloc(100_000, 'a'), Buffer.alloc(50_000, 'b')]);
    await client.send(new PutObjectCommand({ Bucket: 'b', Key: 'k', Body: body, ContentLength: 150_000 }));
    expect(calls[0]?.body.byteLength).toBe(150_000);
    expect(calls[0]?.headers['x-amz-checksum-crc32']).toBeDefined();
  });

  test('does not tell what broke inside a service', async () => {
    const client = new KMSClient({ ...sandbox.clientOf('worker'), maxAttempts: 1 });
    client.middlewareStack.add(
      (next) => (args) => {
        Object(args.request).headers['x-test'] = 'fault';
        return next(args);
      },
      { step: 'build' },
    );
    await expect(client.send(new ListKeysCommand({}))).rejects.toMatchObject({
      name: 'KMSInternalException',
      message: expect.not.stringContaining('secret'),
      $metadata: { httpStatusCode: 500 },
    });
    expect(sandbox.faults).toMatchObject([{ message: 'secret detail' }]);
  });

  test('names a service it does not have', async () => {
    const own = temporaryFolder();
    const other = await openTestSandbox(own.path, { Stack: { Resources: { Worker: role('worker', []) } } }, () => []);
    const client = new KMSClient({ ...other.clientOf('worker'), maxAttempts: 1 });
    await expect(client.send(new ListKeysCommand({}))).rejects.toThrow('the sandbox does not emulate `kms`');
    await other.close();
    own.remove();
  });
});
