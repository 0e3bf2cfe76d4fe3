import { constants, createPublicKey, publicEncrypt, verify } from 'node:crypto';
import {
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateMacCommand,
  GetPublicKeyCommand,
  KMSClient,
  SignCommand,
  VerifyCommand,
  VerifyMacCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openKms, readKmsCallLog } from '../../../sandbox/services/kms/kms-service.ts';
import { accountId, allow, openTestSandbox, role, type TestSandbox, temporaryFolder } from '../front/fixture.ts';

const toAccount = {
  Statement: [
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${accountId}:root` }, Action: 'kms:*', Resource: '*' },
  ],
};
const key = (KeySpec: string, KeyUsage: string) => ({
  Type: 'AWS::KMS::Key',
  Properties: { KeySpec, KeyUsage, KeyPolicy: toAccount },
});
const alias = (name: string, target: string) => ({
  Type: 'AWS::KMS::Alias',
  Properties: { AliasName: `alias/${name}`, TargetKeyId: { Ref: target } },
});
const template = {
  Resources: {
    Mac: key('HMAC_256', 'GENERATE_VERIFY_MAC'),
    P256: key('ECC_NIST_P256', 'SIGN_VERIFY'),
    Ed: key('ECC_NIST_EDWARDS25519', 'SIGN_VERIFY'),
    MlDsa: key('ML_DSA_44', 'SIGN_VERIFY'),
    Symmetric: key('SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT'),
    Rsa: key('RSA_3072', 'ENCRYPT_DECRYPT'),
    MacAlias: alias('mac', 'Mac'),
    P256Alias: alias('p256', 'P256'),
    EdAlias: alias('ed', 'Ed'),
    MlDsaAlias: alias('ml-dsa', 'MlDsa'),
    RsaAlias: alias('rsa', 'Rsa'),
    SymmetricAlias: alias('symmetric', 'Symmetric'),
    Administrator: role('administrator', [allow('kms:*', '*')]),
    Verifier: role('verifier', [
      allow('kms:VerifyMac', '*'),
      allow('kms:GenerateMac', '*', { StringEquals: { 'kms:MacAlgorithm': 'HMAC_SHA_512' } }),
    ]),
  },
};

const folder = temporaryFolder();
let sandbox: TestSandbox;
let client: KMSClient;

async function open(): Promise<void> {
  sandbox = await openTestSandbox(folder.path, { Keys: template }, (context) => [openKms(context)]);
  client = new KMSClient({ ...sandbox.clientOf('administrator'), maxAttempts: 1 });
}
beforeAll(open);
afterAll(async () => {
  await sandbox.close();
  folder.remove();
});

const message = Buffer.from('the exact bytes');
const mac = { KeyId: 'alias/mac', MacAlgorithm: 'HMAC_SHA_256', Message: message } as const;

describe('message authentication codes', () => {
  test('are made and verified, also after a restart', async () => {
    const { Mac, KeyId } = await client.send(new GenerateMacCommand(mac));
    expect(KeyId).toMatch(/^arn:aws:kms:eu-west-1:111122223333:key\//);
    await sandbox.close();
    await open();
    const verified = await client.send(new VerifyMacCommand({ ...mac, Mac }));
    expect(verified.MacValid).toBe(true);
  });

  test('are refused when a byte differs', async () => {
    const { Mac = new Uint8Array() } = await client.send(new GenerateMacCommand(mac));
    const Message = Buffer.from('the exact Bytes');
    await expect(client.send(new VerifyMacCommand({ ...mac, Mac, Message }))).rejects.toMatchObject({
      name: 'KMSInvalidMacException',
    });
    await expect(client.send(new VerifyMacCommand({ ...mac, Mac: Mac.slice(1) }))).rejects.toMatchObject({
      name: 'KMSInvalidMacException',
    });
  });

  test('take 4,096 bytes and no more', async () => {
    await client.send(new GenerateMacCommand({ ...mac, Message: Buffer.alloc(4_096) }));
    await expect(client.send(new GenerateMacCommand({ ...mac, Message: Buffer.alloc(4_097) }))).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('less than or equal to 4096'),
    });
  });
});

describe('signatures', () => {
  test.each([
    ['alias/p256', 'ECDSA_SHA_256', 'sha256'],
    ['alias/ed', 'ED25519_SHA_512', null],
    ['alias/ml-dsa', 'ML_DSA_SHAKE_256', null],
  ] as const)('of %s verify by the API and with the public key alone', async (KeyId, SigningAlgorithm, digest) => {
    const { Signature = new Uint8Array() } = await client.send(
      new SignCommand({ KeyId, SigningAlgorithm, Message: message, MessageType: 'RAW' }),
    );
    const check = { KeyId, SigningAlgorithm, Message: message, Signature };
    expect((await client.send(new VerifyCommand(check))).SignatureValid).toBe(true);
    await expect(client.send(new VerifyCommand({ ...check, Message: Buffer.from('other') }))).rejects.toMatchObject({
      name: 'KMSInvalidSignatureException',
    });
    const { PublicKey = new Uint8Array() } = await client.send(new GetPublicKeyCommand({ KeyId }));
    const publicKey = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
    expect(verify(digest, message, publicKey, Signature)).toBe(true);
  });

  test('of digests and with another algorithm are refused', async () => {
    const sign = (more: object) =>
      client.send(
        new SignCommand({ KeyId: 'alias/ed', SigningAlgorithm: 'ED25519_SHA_512', Message: message, ...more }),
      );
    await expect(sign({ MessageType: 'DIGEST' })).rejects.toMatchObject({ name: 'UnsupportedOperationException' });
    await expect(sign({ SigningAlgorithm: 'ED25519_PH_SHA_512' })).rejects.toMatchObject({
      name: 'InvalidKeyUsageException',
    });
  });
});

describe('keys', () => {
  test('are refused for what they are not made for', async () => {
    await expect(client.send(new GenerateMacCommand({ ...mac, KeyId: 'alias/ed' }))).rejects.toMatchObject({
      name: 'InvalidKeyUsageException',
    });
    await expect(client.send(new GenerateMacCommand({ ...mac, KeyId: 'alias/none' }))).rejects.toMatchObject({
      name: 'NotFoundException',
    });
    await expect(client.send(new GetPublicKeyCommand({ KeyId: 'alias/mac' }))).rejects.toMatchObject({
      name: 'UnsupportedOperationException',
    });
  });

  test('are described with what they offer', async () => {
    const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId: 'alias/mac' }));
    expect(KeyMetadata).toMatchObject({ KeySpec: 'HMAC_256', KeyState: 'Enabled', MacAlgorithms: ['HMAC_SHA_256'] });
  });

  test('encrypt and decrypt under the same encryption context only', async () => {
    const EncryptionContext = { purpose: 'test' };
    const { CiphertextBlob } = await client.send(
      new EncryptCommand({ KeyId: 'alias/symmetric', Plaintext: message, EncryptionContext }),
    );
    const { Plaintext } = await client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));
    expect(Buffer.from(Plaintext ?? [])).toEqual(message);
    await expect(client.send(new DecryptCommand({ CiphertextBlob }))).rejects.toMatchObject({
      name: 'InvalidCiphertextException',
    });
    const data = await client.send(new GenerateDataKeyCommand({ KeyId: 'alias/symmetric', KeySpec: 'AES_256' }));
    const opened = await client.send(new DecryptCommand({ CiphertextBlob: data.CiphertextBlob }));
    expect(opened.Plaintext).toEqual(data.Plaintext);
  });

  test('decrypt what was encrypted to their public half', async () => {
    const { PublicKey = new Uint8Array() } = await client.send(new GetPublicKeyCommand({ KeyId: 'alias/rsa' }));
    const publicKey = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const CiphertextBlob = publicEncrypt({ key: publicKey, padding, oaepHash: 'sha256' }, message);
    const rsa = { KeyId: 'alias/rsa', EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' } as const;
    const { Plaintext } = await client.send(new DecryptCommand({ ...rsa, CiphertextBlob }));
    expect(Buffer.from(Plaintext ?? [])).toEqual(message);
    const sealed = await client.send(new EncryptCommand({ ...rsa, Plaintext: message }));
    const opened = await client.send(new DecryptCommand({ ...rsa, CiphertextBlob: sealed.CiphertextBlob }));
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(message);
    const damaged = Uint8Array.from(CiphertextBlob, (byte, index) => (index === 9 ? byte ^ 1 : byte));
    await expect(client.send(new DecryptCommand({ ...rsa, CiphertextBlob: damaged }))).rejects.toMatchObject({
      name: 'InvalidCiphertextException',
    });
    await expect(client.send(new DecryptCommand({ KeyId: 'alias/rsa', CiphertextBlob }))).rejects.toMatchObject({
      name: 'InvalidKeyUsageException',
    });
  });
});

describe('permissions and the call log', () => {
  test('keep the verifier from making what it can check, and record that it tried', async () => {
    const before = readKmsCallLog(sandbox.context.stateDir).length;
    const verifier = new KMSClient({ ...sandbox.clientOf('verifier'), maxAttempts: 1 });
    const { Mac } = await client.send(new GenerateMacCommand(mac));
    expect((await verifier.send(new VerifyMacCommand({ ...mac, Mac }))).MacValid).toBe(true);
    await expect(verifier.send(new GenerateMacCommand(mac))).rejects.toMatchObject({ name: 'AccessDeniedException' });

    const records = readKmsCallLog(sandbox.context.stateDir).slice(before);
    expect(records.map((entry) => [entry.eventName, entry.userArn.split('/')[1], entry.errorCode])).toEqual([
      ['GenerateMac', 'administrator', undefined],
      ['VerifyMac', 'verifier', undefined],
      ['GenerateMac', 'verifier', 'AccessDeniedException'],
    ]);
    expect(JSON.stringify(records)).not.toContain(message.toString('base64'));
  });
});
