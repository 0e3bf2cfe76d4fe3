import { Readable } from 'node:stream';
import { GetObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { sdkStreamMixin } from '@smithy/core/serde';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { S3Bundles } from '../../aws/s3-bundles.ts';
import { StorageFault } from '../../core/state/entities.ts';

const s3 = mockClient(S3Client);
const bundles = new S3Bundles(new S3Client({ region: 'eu-west-1' }), 'archive-bucket');

beforeEach(() => {
  s3.reset();
});

function failure(status: number): S3ServiceException {
  return new S3ServiceException({ name: 'E', $fault: 'client', message: 'e', $metadata: { httpStatusCode: status } });
}

describe('S3Bundles', () => {
  test('reads the object of a hash', async () => {
    s3.on(GetObjectCommand).resolves({ Body: sdkStreamMixin(Readable.from([Buffer.from('{}')])) });
    expect(new TextDecoder().decode(await bundles.read('abc'))).toBe('{}');
    expect(s3.commandCalls(GetObjectCommand)[0]?.args[0].input).toEqual({
      Bucket: 'archive-bucket',
      Key: 'bundles/abc.json',
    });
  });

  test.each([403, 404])('has nothing when S3 answers %i', async (status) => {
    s3.on(GetObjectCommand).rejects(failure(status));
    expect(await bundles.read('abc')).toBeUndefined();
  });

  test('is a storage fault when S3 cannot answer', async () => {
    s3.on(GetObjectCommand).rejects(failure(500));
    await expect(bundles.read('abc')).rejects.toThrow(StorageFault);
  });
});
