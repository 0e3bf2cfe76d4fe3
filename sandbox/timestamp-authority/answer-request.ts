import * as asn1js from 'asn1js';
import { Accuracy, MessageImprint, TimeStampReq, TSTInfo } from 'pkijs';
import { grantedReply, rejectedReply, type TokenSigner, timestampAttributes } from './timestamp-token.ts';

/** The authority's own policy: the arc is IANA's for documentation. */
export const SANDBOX_TIMESTAMP_POLICY = '1.3.6.1.4.1.32473.1.1';

/** Bits of PKIFailureInfo. */
const failures = { badAlgorithm: 0, badRequest: 2, badDataFormat: 5, unacceptedPolicy: 15, unacceptedExtension: 16 };

/** Digest lengths by identifier: SHA-256, SHA-384, SHA-512. */
const imprintBytes: ReadonlyMap<string, number> = new Map([
  ['2.16.840.1.101.3.4.2.1', 32],
  ['2.16.840.1.101.3.4.2.2', 48],
  ['2.16.840.1.101.3.4.2.3', 64],
]);

/** When and under which number a token is made. */
export interface Stamp {
  /** Epoch milliseconds. */
  readonly nowMs: number;
  readonly serial: number;
}

/** Answers the DER of a TimeStampReq with the DER of a TimeStampResp, granted or not (RFC 3161, section 2.4). */
export function answerRequest(bytes: Uint8Array, signer: TokenSigner, stamp: Stamp): Uint8Array<ArrayBuffer> {
  const request = readRequest(bytes);
  if (request === undefined) return rejectedReply(failures.badDataFormat);
  const { hashAlgorithm, hashedMessage } = request.messageImprint;
  const expectedBytes = imprintBytes.get(hashAlgorithm.algorithmId);
  if (request.version !== 1) return rejectedReply(failures.badRequest);
  if (expectedBytes === undefined) return rejectedReply(failures.badAlgorithm);
  if (hashedMessage.getValue().byteLength !== expectedBytes) return rejectedReply(failures.badDataFormat);
  if (request.reqPolicy !== undefined && request.reqPolicy !== SANDBOX_TIMESTAMP_POLICY)
    return rejectedReply(failures.unacceptedPolicy);
  if (request.extensions !== undefined) return rejectedReply(failures.unacceptedExtension);
  const info = timestampInfo(request, stamp);
  const certificates = request.certReq === true ? [signer.certificate] : [];
  return grantedReply({ info, attributes: timestampAttributes(info, signer), certificates }, signer);
}

/** Whatever the parser throws on is a request of the wrong format. */
function readRequest(bytes: Uint8Array): TimeStampReq | undefined {
  try {
    const { offset } = asn1js.fromBER(new Uint8Array(bytes));
    return offset === bytes.length ? TimeStampReq.fromBER(new Uint8Array(bytes)) : undefined;
  } catch {
    return undefined;
  }
}

function timestampInfo(request: TimeStampReq, { nowMs, serial }: Stamp): Uint8Array {
  const { hashAlgorithm, hashedMessage } = request.messageImprint;
  const info = new TSTInfo({
    version: 1,
    policy: SANDBOX_TIMESTAMP_POLICY,
    messageImprint: new MessageImprint({
      hashAlgorithm,
      hashedMessage: new asn1js.OctetString({ valueHex: hashedMessage.getValue() }),
    }),
    serialNumber: new asn1js.Integer({ value: serial }),
    genTime: new Date(nowMs),
    accuracy: new Accuracy({ seconds: 1 }),
    ...(request.nonce === undefined ? {} : { nonce: request.nonce }),
  });
  return new Uint8Array(info.toSchema().toBER());
}
