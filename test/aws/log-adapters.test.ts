import { generateKeyPairSync } from 'node:crypto';
import { Readable } from 'node:stream';
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { sdkStreamMixin } from '@smithy/core/serde';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { KmsLogSigner } from '../../aws/kms-log-signer.ts';
import { readEd25519PublicKey } from '../../aws/kms-public-key.ts';
import { S3LogObjects } from '../../aws/s3-log-objects.ts';
import { DynamoDbSequencedRanges } from '../../aws/sequenced-ranges.ts';
import { StorageFault } from '../../core/state/entities.ts';

const region = 'eu-west-1';
const s3 = mockClient(S3Client);
const kms = mockClient(KMSClient);
const dynamoDb = mockClient(DynamoDBClient);
const clock = { nowMs: () => Date.UTC(2026, 10, 20) };
const objects = new S3LogObjects(
  new S3Client({ region }),
  'log',
  { mode: 'COMPLIANCE', days: 2, stagingDays: 1 },
  clock,
);
const keys = new KMSClient({ region });
const signer = new KmsLogSigner(keys, 'log-key', new Uint8Array(32));
const ranges = new DynamoDbSequencedRanges(new DynamoDBClient({ region }), 'state');
const BYTES = Uint8Array.of(1, 2, 3);

beforeEach(() => {
  s3.reset();
  kms.reset();
  dynamoDb.reset();
});

const failure = (httpStatusCode: number) =>
  new S3ServiceException({ name: 'x', $fault: 'client', message: 'x', $metadata: { httpStatusCode } });

describe('S3LogObjects', () => {
  it('creates under retention and only where there is nothing', async () => {
    s3.on(PutObjectCommand).resolves({});
    expect(await objects.createLocked('tile/0/000', BYTES)).toBe('created');
    expect(s3.commandCalls(PutObjectCommand)[0]?.args[0].input).toMatchObject({
      Key: 'tile/0/000',
      IfNoneMatch: '*',
      ObjectLockMode: 'COMPLIANCE',
      ObjectLockRetainUntilDate: new Date('2026-11-22T00:00:00Z'),
    });
  });

  it('holds and locks longer what the rules name, but not the files of a batch', async () => {
    s3.on(PutObjectCommand).resolves({});
    const rules = { isHeld: (key: string) => key.startsWith('tile/'), lockDays: () => 5 };
    const retention = { mode: 'COMPLIANCE', days: 2, stagingDays: 1 } as const;
    const kept = new S3LogObjects(new S3Client({ region }), 'log', retention, clock, rules);
    for (const key of ['tile/0/000', 'checkpoints/7', 'staging/a']) await kept.createLocked(key, BYTES);
    const sent = s3.commandCalls(PutObjectCommand).map(({ args }) => args[0].input);
    expect(sent.map((each) => [each.ObjectLockRetainUntilDate?.getUTCDate(), each.ObjectLockLegalHoldStatus])).toEqual([
      [25, 'ON'],
      [25, undefined],
      [21, undefined],
    ]);
  });

  it('writes the checkpoint as text without condition or retention', async () => {
    s3.on(PutObjectCommand).resolves({});
    await objects.put('checkpoint', BYTES);
    const input = s3.commandCalls(PutObjectCommand)[0]?.args[0].input;
    expect(input).toMatchObject({ Key: 'checkpoint', ContentType: 'text/plain; charset=utf-8' });
    expect(input).not.toHaveProperty('IfNoneMatch');
    expect(input).not.toHaveProperty('ObjectLockMode');
  });

  it('says that an object exists when s3 answers 412, and asks again when it answers 409', async () => {
    s3.on(PutObjectCommand).rejectsOnce(failure(409)).rejectsOnce(failure(412));
    expect(await objects.createLocked('staging/a', BYTES)).toBe('exists');
    s3.on(PutObjectCommand).rejects(failure(409));
    await expect(objects.createLocked('staging/a', BYTES)).rejects.toThrow(StorageFault);
  });

  it('throws when s3 fails', async () => {
    s3.on(PutObjectCommand).rejects(failure(500));
    s3.on(GetObjectCommand).rejects(failure(403));
    await expect(objects.createLocked('a', BYTES)).rejects.toThrow(StorageFault);
    await expect(objects.put('a', BYTES)).rejects.toThrow(StorageFault);
    await expect(objects.read('a')).rejects.toThrow(StorageFault);
  });

  it('reads bytes, and nothing where there is no object', async () => {
    const Body = sdkStreamMixin(Readable.from([Buffer.from(BYTES)], { objectMode: false }));
    s3.on(GetObjectCommand, { Key: 'a' }).resolves({ Body });
    s3.on(GetObjectCommand, { Key: 'b' }).rejects(new NoSuchKey({ message: 'x', $metadata: {} }));
    expect(await objects.read('a')).toEqual(BYTES);
    expect(await objects.read('b')).toBeUndefined();
  });
});

describe('KmsLogSigner', () => {
  it('asks for an ed25519 signature over the raw message', async () => {
    kms.on(SignCommand).resolves({ Signature: new Uint8Array(64) });
    expect(await signer.sign(BYTES)).toEqual(new Uint8Array(64));
    expect(kms.commandCalls(SignCommand)[0]?.args[0].input).toEqual({
      KeyId: 'log-key',
      MessageType: 'RAW',
      SigningAlgorithm: 'ED25519_SHA_512',
      Message: BYTES,
    });
  });

  it('throws when kms fails or answers with anything but 64 bytes', async () => {
    kms.on(SignCommand).rejectsOnce(new Error('x')).resolves({ Signature: BYTES });
    await expect(signer.sign(BYTES)).rejects.toThrow('the key could not sign');
    await expect(signer.sign(BYTES)).rejects.toThrow('expected 64 signature bytes');
  });
});

describe('readEd25519PublicKey', () => {
  it('gives the raw key when kms holds an ed25519 key', async () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const spki = publicKey.export({ format: 'der', type: 'spki' });
    kms.on(GetPublicKeyCommand, { KeyId: 'log-key' }).resolves({ PublicKey: spki });
    expect(Buffer.from(await readEd25519PublicKey(keys, 'log-key'))).toEqual(spki.subarray(-32));
  });

  it('throws when kms fails or holds a key of another kind', async () => {
    const { publicKey } = generateKeyPairSync('x25519');
    const spki = publicKey.export({ format: 'der', type: 'spki' });
    kms.on(GetPublicKeyCommand).rejectsOnce(new Error('x')).resolves({ PublicKey: spki });
    await expect(readEd25519PublicKey(keys, 'log-key')).rejects.toThrow('the public key could not be read');
    await expect(readEd25519PublicKey(keys, 'log-key')).rejects.toThrow('expected an Ed25519 key');
  });
});

describe('DynamoDbSequencedRanges', () => {
  it('finds the last range by one consistent query', async () => {
    const Items = [
      {
        pk: { S: 'SEQUENCED#control' },
        sk: { S: '0000000000000003' },
        count: { N: '2' },
        firstIndex: { N: '9' },
        lastHash: { S: 'ab' },
      },
    ];
    dynamoDb.on(QueryCommand).resolves({ Items });
    const range = { chain: 'control', firstSeq: 3, count: 2, firstIndex: 9, lastHash: 'ab' };
    expect(await ranges.lastRange('control')).toEqual(range);
    expect(dynamoDb.commandCalls(QueryCommand)[0]?.args[0].input).toMatchObject({
      ConsistentRead: true,
      ScanIndexForward: false,
      Limit: 1,
      ExpressionAttributeValues: { ':pk': { S: 'SEQUENCED#control' }, ':sk': { S: '9007199254740991' } },
    });
  });

  it('finds nothing of a new chain and throws when the table fails', async () => {
    dynamoDb.on(QueryCommand).resolvesOnce({}).rejects(new Error('x'));
    expect(await ranges.rangeAt('control', 0)).toBeUndefined();
    await expect(ranges.rangeAt('control', 0)).rejects.toThrow(StorageFault);
  });
});
