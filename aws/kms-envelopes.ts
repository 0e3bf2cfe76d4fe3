import type { KMSClient } from '@aws-sdk/client-kms';
import { GenerateMacCommand, KMSInvalidMacException, SignCommand, VerifyMacCommand } from '@aws-sdk/client-kms';
import type { EnvelopeMac, EnvelopeSealer, EnvelopeVerifier } from '../core/ports.ts';

/** Thrown when KMS could not answer. No answer is never a valid envelope. */
export class EnvelopeKeyFault extends Error {
  override readonly name = 'EnvelopeKeyFault';
  readonly code = 'envelope_key_fault';
}

/** KMS's limit on what it MACs or signs unhashed, bytes. */
const MAX_MESSAGE_BYTES = 4_096;

/**
 * Makes envelope MACs and signatures with two KMS keys. Both operations have no effect but their answer, so the
 * client's own retries are safe.
 *
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateMac.html
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
 */
export class KmsEnvelopeSealer implements EnvelopeSealer {
  readonly #client: KMSClient;
  readonly #keys: { readonly macKeyId: string; readonly signingKeyId: string };

  constructor(client: KMSClient, keys: { readonly macKeyId: string; readonly signingKeyId: string }) {
    this.#client = client;
    this.#keys = keys;
  }

  /** HMAC-SHA-256, 32 bytes. @throws {EnvelopeKeyFault} when KMS could not answer */
  async mac(bytes: Uint8Array): Promise<EnvelopeMac> {
    const Message = checked(bytes);
    const { Mac, $metadata } = await answer('GenerateMac', () =>
      this.#client.send(new GenerateMacCommand({ KeyId: this.#keys.macKeyId, MacAlgorithm: 'HMAC_SHA_256', Message })),
    );
    const { requestId } = $metadata;
    if (requestId === undefined) throw new EnvelopeKeyFault('expected `GenerateMac` to name its request, got nothing');
    return { mac: filled(Mac, 'GenerateMac'), requestId };
  }

  /** ECDSA on P-256 over SHA-256, DER. @throws {EnvelopeKeyFault} when KMS could not answer */
  async sign(bytes: Uint8Array): Promise<Uint8Array> {
    const Message = checked(bytes);
    const { Signature } = await answer('Sign', () =>
      this.#client.send(
        new SignCommand({
          KeyId: this.#keys.signingKeyId,
          MessageType: 'RAW',
          SigningAlgorithm: 'ECDSA_SHA_256',
          Message,
        }),
      ),
    );
    return filled(Signature, 'Sign');
  }
}

/**
 * Checks envelope MACs with KMS; its role may not make one. An envelope does not name its key: while a key is being
 * replaced there are two, and they are tried one after the other.
 *
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_VerifyMac.html
 */
export class KmsEnvelopeVerifier implements EnvelopeVerifier {
  readonly #client: KMSClient;
  readonly #macKeyIds: readonly string[];

  /** @param macKeyIds keys whose MACs count, the newest first */
  constructor(client: KMSClient, macKeyIds: readonly string[]) {
    this.#client = client;
    this.#macKeyIds = macKeyIds;
  }

  /** False only when KMS says so for every key. @throws {EnvelopeKeyFault} when KMS could not answer */
  async verifyMac(bytes: Uint8Array, mac: Uint8Array): Promise<boolean> {
    const Message = checked(bytes);
    for (const KeyId of this.#macKeyIds) if (await this.#isMadeBy(KeyId, Message, mac)) return true;
    return false;
  }

  async #isMadeBy(KeyId: string, Message: Uint8Array, mac: Uint8Array): Promise<boolean> {
    const request = { KeyId, MacAlgorithm: 'HMAC_SHA_256' as const, Message, Mac: mac };
    try {
      const { MacValid } = await this.#client.send(new VerifyMacCommand(request));
      return MacValid === true;
    } catch (error) {
      if (error instanceof KMSInvalidMacException) return false;
      throw new EnvelopeKeyFault('`VerifyMac` could not be completed', { cause: error });
    }
  }
}

async function answer<Reply>(operation: string, send: () => Promise<Reply>): Promise<Reply> {
  try {
    return await send();
  } catch (error) {
    throw new EnvelopeKeyFault(`\`${operation}\` could not be completed`, { cause: error });
  }
}

function checked(bytes: Uint8Array): Uint8Array {
  if (bytes.length > 0 && bytes.length <= MAX_MESSAGE_BYTES) return bytes;
  throw new RangeError(`expected 1 to ${MAX_MESSAGE_BYTES} bytes, got \`${bytes.length}\``);
}

function filled(bytes: Uint8Array | undefined, operation: string): Uint8Array {
  if (bytes !== undefined && bytes.length > 0) return bytes;
  throw new EnvelopeKeyFault(`expected \`${operation}\` to return bytes, got nothing`);
}
