import { verify } from 'node:crypto';
import { toBase64 } from '../../base64.ts';
import { ed25519PublicKey } from '../../ed25519.ts';
import type { JsonObject } from '../../json.ts';
import { canonicalJson } from '../canonical.ts';
import { epochIdOf } from './certificate.ts';
import { preAuthEncoding } from './dsse.ts';

/** A key pair that lives in memory. */
export interface EpochKey {
  /** Ed25519, raw, 32 bytes. */
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/** The end of an epoch, as its holder says it. */
export interface Retirement {
  readonly publicKey: Uint8Array;
  /** How many receipts the key signed. */
  readonly receipts: number;
  /** By that key: nobody else can end an epoch. */
  readonly signature: Uint8Array;
}

/** What a function asks when it wants a key certified. */
export interface EpochRequest {
  readonly publicKey: Uint8Array;
  /** The function that asks. */
  readonly issuedTo: string;
  /** From when on the key is to sign, epoch milliseconds: when it was made. */
  readonly notBeforeMs: number;
  /** By the key itself, so that nobody has another's key certified. */
  readonly proof: Uint8Array;
  /** The key the function used before. */
  readonly retires?: Retirement;
}

/** A request for a certificate, proved to come from the key's holder. */
export function epochRequest(key: EpochKey, issuedTo: string, notBeforeMs: number, retires?: Retirement): EpochRequest {
  const { publicKey } = key;
  const proof = key.sign(requestMessage({ publicKey, issuedTo, notBeforeMs }));
  return { publicKey, issuedTo, notBeforeMs, proof, ...(retires !== undefined && { retires }) };
}

/** True when the key that a certificate is asked for made the request. */
export function isProved(request: EpochRequest): boolean {
  return verify(null, requestMessage(request), ed25519PublicKey(request.publicKey), request.proof);
}

/** The end of a key's epoch, signed by it. */
export function retirement(key: EpochKey, receipts: number): Retirement {
  const { publicKey } = key;
  return { publicKey, receipts, signature: key.sign(retirementMessage({ publicKey, receipts })) };
}

/** True when the key itself says that its epoch is over. */
export function isRetiredByHolder(ended: Retirement): boolean {
  return verify(null, retirementMessage(ended), ed25519PublicKey(ended.publicKey), ended.signature);
}

/** The data of an `epoch.retired` event. */
export function retiredData({ publicKey, receipts, signature }: Retirement): JsonObject {
  return { epochId: epochIdOf(publicKey), receipts, signature: toBase64(signature) };
}

function requestMessage({ publicKey, issuedTo, notBeforeMs }: Omit<EpochRequest, 'proof' | 'retires'>): Uint8Array {
  return message('epoch-request', { publicKey: toBase64(publicKey), issuedTo, notBeforeMs });
}

function retirementMessage({ publicKey, receipts }: Omit<Retirement, 'signature'>): Uint8Array {
  return message('epoch-retirement', { epochId: epochIdOf(publicKey), receipts });
}

function message(kind: string, value: JsonObject): Uint8Array {
  return preAuthEncoding(`application/vnd.countersign.${kind}+json`, new TextEncoder().encode(canonicalJson(value)));
}
