import { createHash } from 'node:crypto';
import * as asn1js from 'asn1js';
import { AlgorithmIdentifier, MessageImprint, TimeStampReq } from 'pkijs';
import { OIDS } from './oids.ts';

/** What a timestamp is asked for. */
export interface TimestampQuestion {
  /** What is timestamped; only its SHA-256 leaves the machine. */
  readonly data: Uint8Array;
  /** Random bytes, read as an unsigned number: an old reply cannot be played back. At least 8. */
  readonly nonce: Uint8Array;
  /** The authority's policy to ask for, dotted decimal; its own choice when absent. */
  readonly policy?: string;
}

/**
 * The DER of a TimeStampReq that asks for the signer's certificate (RFC 3161, section 2.4.1).
 *
 * @throws {RangeError} when the nonce is shorter than 8 bytes
 */
export function timestampRequest(question: TimestampQuestion): Uint8Array {
  const { data, nonce, policy } = question;
  if (nonce.length < 8) throw new RangeError(`expected a nonce of 8 bytes or more, got \`${nonce.length}\``);
  const request = new TimeStampReq({
    version: 1,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithmId: OIDS.sha256, algorithmParams: new asn1js.Null() }),
      hashedMessage: new asn1js.OctetString({ valueHex: createHash('sha256').update(data).digest() }),
    }),
    ...(policy === undefined ? {} : { reqPolicy: policy }),
    nonce: asn1js.Integer.fromBigInt(nonceNumber(nonce)),
    certReq: true,
  });
  return new Uint8Array(request.toSchema().toBER());
}

/** The number a nonce's bytes stand for in a request and in the reply. */
export function nonceNumber(nonce: Uint8Array): bigint {
  return BigInt(`0x0${Buffer.from(nonce).toString('hex')}`);
}
