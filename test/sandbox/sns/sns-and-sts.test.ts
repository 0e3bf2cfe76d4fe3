import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { request } from 'node:http';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSns, readOutbox } from '../../../sandbox/services/sns/sns-service.ts';
import { openSts } from '../../../sandbox/services/sts/sts-service.ts';
import {
  accountId,
  allow,
  openTestSandbox,
  region,
  role,
  type TestSandbox,
  temporaryFolder,
} from '../front/fixture.ts';

const topicArn = `arn:aws:sns:${region}:${accountId}:notices`;
const trust = (principal: string) => ({
  AssumeRolePolicyDocument: {
    Statement: [{ Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole' }],
  },
});
const template = {
  Resources: {
    Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'notices' } },
    Publisher: role('publisher', [allow('sns:Publish', { Ref: 'Topic' })]),
    Silent: role('silent', []),
    Trusting: role('trusting', [], trust(`arn:aws:iam::${accountId}:role/silent`)),
  },
};

const folder = temporaryFolder();
let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await openTestSandbox(folder.path, { Topics: template }, (context) => [openSns(context), openSts(context)]);
});
afterAll(async () => {
  await sandbox.close();
  folder.remove();
});

describe('topics', () => {
  test('keep a message in the outbox when its publisher may publish', async () => {
    const client = new SNSClient({ ...sandbox.clientOf('publisher'), maxAttempts: 1 });
    const { MessageId } = await client.send(
      new PublishCommand({
        TopicArn: topicArn,
        Subject: 'A decision waits',
        Message: 'line one\n<two> & ü',
        MessageAttributes: { kind: { DataType: 'String', StringValue: 'approval' } },
      }),
    );
    expect(readOutbox(sandbox.context.stateDir)).toMatchObject([
      {
        messageId: MessageId,
        topicArn,
        subject: 'A decision waits',
        message: 'line one\n<two> & ü',
        attributes: { kind: 'approval' },
        publisherArn: `arn:aws:sts::${accountId}:assumed-role/publisher/session`,
      },
    ]);
  });

  test('refuse a publisher without the permission, and a topic that is not there', async () => {
    const publish = (name: string, arn: string) =>
      new SNSClient({ ...sandbox.clientOf(name), maxAttempts: 1 }).send(
        new PublishCommand({ TopicArn: arn, Message: 'x' }),
      );
    await expect(publish('silent', topicArn)).rejects.toMatchObject({ name: 'AuthorizationErrorException' });
    await expect(publish('publisher', `${topicArn}-2`)).rejects.toMatchObject({ name: 'AuthorizationErrorException' });
    expect(readOutbox(sandbox.context.stateDir)).toHaveLength(1);
  });
});

class Sha256 {
  readonly #hash: Hash | Hmac;
  constructor(secret?: unknown) {
    const key = typeof secret === 'string' || secret instanceof Uint8Array ? secret : undefined;
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', key);
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {
    throw new Error('a hash is used once');
  }
}

async function sts(roleName: string, form: { readonly [name: string]: string }): Promise<string> {
  const { endpoint, credentials } = sandbox.clientOf(roleName);
  const url = new URL(endpoint);
  const body = new URLSearchParams(form).toString();
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256: Sha256, uriEscapePath: true });
  const headers = { host: url.host, 'content-type': 'application/x-www-form-urlencoded' };
  const signed = await signer.sign({
    method: 'POST',
    protocol: 'http:',
    hostname: url.hostname,
    port: Number(url.port),
    path: '/',
    query: {},
    headers,
    body,
  });
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', headers: signed.headers }, (incoming) => {
      let text = '';
      incoming.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
      });
      incoming.on('end', () => resolve(text));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

describe('the token service', () => {
  test('tells a caller who it is without any permission', async () => {
    const answer = await sts('silent', { Action: 'GetCallerIdentity', Version: '2011-06-15' });
    expect(answer).toContain(`<Arn>arn:aws:sts::${accountId}:assumed-role/silent/session</Arn>`);
    expect(answer).toContain(`<Account>${accountId}</Account>`);
  });

  test('gives a role to whom it trusts and to no other', async () => {
    const form = {
      Action: 'AssumeRole',
      RoleArn: `arn:aws:iam::${accountId}:role/trusting`,
      RoleSessionName: 'visitor',
    };
    const answer = await sts('silent', form);
    const accessKeyId = /<AccessKeyId>(.*?)<\/AccessKeyId>/.exec(answer)?.[1] ?? '';
    expect(sandbox.vault.byAccessKeyId(accessKeyId)?.caller.arn).toBe(
      `arn:aws:sts::${accountId}:assumed-role/trusting/visitor`,
    );
    expect(await sts('publisher', form)).toContain('<Code>AccessDenied</Code>');
    expect(await sts('silent', { ...form, RoleSessionName: 'a b' })).toContain('<Code>ValidationError</Code>');
  });
});
