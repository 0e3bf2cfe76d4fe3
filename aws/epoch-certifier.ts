import type { LambdaClient } from '@aws-sdk/client-lambda';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { toBase64 } from '../core/base64.ts';
import type { EpochRequest } from '../core/ledger/receipt/epoch-request.ts';

/** Has epoch keys certified by the function that may, since no role that decides can sign with the certification key. */
export class LambdaEpochCertifier {
  readonly #client: LambdaClient;
  readonly #functionName: string;

  constructor(client: LambdaClient, functionName: string) {
    this.#client = client;
    this.#functionName = functionName;
  }

  /**
   * The entry of the certificate's event.
   *
   * @throws {Error} when the function failed, refused or could not be reached
   */
  async certify({ publicKey, issuedTo, notBeforeMs, proof, retires }: EpochRequest): Promise<Uint8Array> {
    const request = {
      publicKey: toBase64(publicKey),
      issuedTo,
      notBeforeMs,
      proof: toBase64(proof),
      ...(retires !== undefined && {
        retires: {
          publicKey: toBase64(retires.publicKey),
          receipts: retires.receipts,
          signature: toBase64(retires.signature),
        },
      }),
    };
    const payload = new TextEncoder().encode(JSON.stringify(request));
    const reply = await this.#client.send(new InvokeCommand({ FunctionName: this.#functionName, Payload: payload }));
    const text = reply.Payload?.transformToString() ?? '';
    if (reply.FunctionError !== undefined) throw new Error(`expected a certificate, got a function error: ${text}`);
    return epochOf(text);
  }
}

function epochOf(text: string): Uint8Array {
  const value: unknown = JSON.parse(text);
  const epoch: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'epoch') : undefined;
  if (typeof epoch !== 'string') throw new Error(`expected a certificate, got \`${text}\``);
  return new Uint8Array(Buffer.from(epoch, 'base64'));
}
