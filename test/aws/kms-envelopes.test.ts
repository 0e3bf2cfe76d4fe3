import {
  DependencyTimeoutException,
  GenerateMacCommand,
  KMSClient,
  KMSInvalidMacException,
  SignCommand,
  VerifyMacCommand,
} from '@aws-sdk/client-kms';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { EnvelopeKeyFault, KmsEnvelopeSealer, KmsEnvelopeVerifier } from '../../aws/kms-envelopes.ts';

const kms = mockClient(KMSClient);
const client = new KMSClient({ region: 'eu-west-1' });
const sealer = new KmsEnvelopeSealer(client, { macKeyId: 'mac-key', signingKeyId: 'signing-key' });
const verifier = new KmsEnvelopeVerifier(client, ['mac-key']);
const bytes = Uint8Array.of(1, 2, 3);
const metadata = { $metadata: {}, message: 'x' };

beforeEach(() => kms.reset());

describe('KmsEnvelopeSealer', () => {
  it('asks for an hmac with the mac key and a p-256 signature over the raw bytes with the signing key', async () => {
    kms.on(GenerateMacCommand).resolves({ Mac: Uint8Array.of(7), $metadata: { requestId: 'r1' } });
    kms.on(SignCommand).resolves({ Signature: Uint8Array.of(8) });
    expect(await sealer.mac(bytes)).toEqual({ mac: Uint8Array.of(7), requestId: 'r1' });
    expect(await sealer.sign(bytes)).toEqual(Uint8Array.of(8));
    expect(kms.calls().map((call) => call.args[0].input)).toEqual([
      { KeyId: 'mac-key', MacAlgorithm: 'HMAC_SHA_256', Message: bytes },
      { KeyId: 'signing-key', MessageType: 'RAW', SigningAlgorithm: 'ECDSA_SHA_256', Message: bytes },
    ]);
  });

  it('throws when kms fails or answers without bytes', async () => {
    kms.on(GenerateMacCommand).rejects(new Error('unreachable'));
    kms.on(SignCommand).resolves({});
    await expect(sealer.mac(bytes)).rejects.toThrow(EnvelopeKeyFault);
    await expect(sealer.sign(bytes)).rejects.toThrow('expected `Sign` to return bytes, got nothing');
  });

  it('throws when kms does not name the request, which nothing could be matched with', async () => {
    kms.on(GenerateMacCommand).resolves({ Mac: Uint8Array.of(7), $metadata: {} });
    await expect(sealer.mac(bytes)).rejects.toThrow('expected `GenerateMac` to name its request, got nothing');
  });

  it.each([0, 4_097])('does not ask about %i bytes', async (length) => {
    await expect(sealer.mac(new Uint8Array(length))).rejects.toThrow(RangeError);
    await expect(sealer.sign(new Uint8Array(length))).rejects.toThrow(RangeError);
    expect(kms.calls()).toEqual([]);
  });
});

describe('KmsEnvelopeVerifier', () => {
  it('holds when kms says so', async () => {
    kms.on(VerifyMacCommand).resolves({ MacValid: true });
    expect(await verifier.verifyMac(bytes, Uint8Array.of(7))).toBe(true);
    expect(kms.calls()[0]?.args[0].input).toEqual({
      KeyId: 'mac-key',
      MacAlgorithm: 'HMAC_SHA_256',
      Message: bytes,
      Mac: Uint8Array.of(7),
    });
  });

  it('does not hold when kms calls the mac invalid or says nothing', async () => {
    kms.on(VerifyMacCommand).rejectsOnce(new KMSInvalidMacException(metadata)).resolves({});
    expect(await verifier.verifyMac(bytes, Uint8Array.of(7))).toBe(false);
    expect(await verifier.verifyMac(bytes, Uint8Array.of(7))).toBe(false);
  });

  it('holds by the key before while it is being replaced, and asks the newest first', async () => {
    const both = new KmsEnvelopeVerifier(client, ['mac-key-2', 'mac-key']);
    kms.on(VerifyMacCommand, { KeyId: 'mac-key-2' }).rejects(new KMSInvalidMacException(metadata));
    kms.on(VerifyMacCommand, { KeyId: 'mac-key' }).resolves({ MacValid: true });
    expect(await both.verifyMac(bytes, Uint8Array.of(7))).toBe(true);
    expect(kms.calls().map((call) => Reflect.get(Object(call.args[0].input), 'KeyId'))).toEqual([
      'mac-key-2',
      'mac-key',
    ]);
  });

  it('throws when kms cannot answer', async () => {
    kms.on(VerifyMacCommand).rejects(new DependencyTimeoutException(metadata));
    await expect(verifier.verifyMac(bytes, Uint8Array.of(7))).rejects.toThrow(EnvelopeKeyFault);
  });
});
