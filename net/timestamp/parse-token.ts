import * as asn1js from 'asn1js';
import { type ContentInfo, SignedData, type SignerInfo, TimeStampResp, TSTInfo } from 'pkijs';
import { sameBytes } from '../../core/ledger/same-bytes.ts';
import { ok } from '../../core/result.ts';
import { OIDS } from './oids.ts';
import { isStrictDer, leadingValueLength } from './strict-der.ts';
import { type Checked, refuse } from './timestamp-problem.ts';

/** Far above any token: one with a chain of RSA certificates has 6,000 bytes. */
const maxTokenBytes = 65_536;
const maxCertificates = 16;

/** A reply's parts, read but not yet believed. */
export interface ParsedToken {
  readonly info: TSTInfo;
  /** The signed bytes of `info`. */
  readonly infoBytes: Uint8Array;
  readonly signed: SignedData;
  readonly signer: SignerInfo;
}

/** Reads a TimeStampResp (RFC 3161, section 2.4.2) in DER. */
export function parseToken(token: Uint8Array): Checked<ParsedToken> {
  if (token.length > maxTokenBytes)
    return refuse('malformed', `expected at most ${maxTokenBytes} bytes, got \`${token.length}\``);
  if (!isStrictDer(token)) return notOneValue(token);
  const response = attempt(() => TimeStampResp.fromBER(new Uint8Array(token)));
  if (response === undefined) return refuse('malformed', 'expected a TimeStampResp');
  const status = Number(response.status.status);
  if (status !== 0 && status !== 1) return refuse('not_granted', `expected status 0 or 1, got \`${status}\``);
  const content = response.timeStampToken;
  if (content === undefined) return refuse('malformed', 'expected a token in a granted reply');
  return parseSigned(content);
}

function notOneValue(token: Uint8Array): Checked<never> {
  const length = leadingValueLength(token);
  return length === undefined
    ? refuse('malformed', 'expected DER')
    : refuse('trailing_bytes', `expected ${length} bytes, got \`${token.length}\``);
}

function parseSigned(content: ContentInfo): Checked<ParsedToken> {
  if (content.contentType !== OIDS.signedData)
    return refuse('malformed', `expected signed data, got \`${content.contentType}\``);
  const signed = attempt(() => new SignedData({ schema: content.content }));
  if (signed === undefined || signed.version !== 3) return refuse('malformed', 'expected SignedData, version 3');
  if ((signed.certificates?.length ?? 0) > maxCertificates)
    return refuse('malformed', `expected at most ${maxCertificates} certificates`);
  const [signer, another] = signed.signerInfos;
  if (signer === undefined || another !== undefined)
    return refuse('malformed', `expected one signer, got \`${signed.signerInfos.length}\``);
  const { eContentType, eContent } = signed.encapContentInfo;
  const infoBytes = octetsOf(eContent);
  if (eContentType !== OIDS.timestampInfo || infoBytes === undefined)
    return refuse('malformed', `expected a TSTInfo, got \`${eContentType}\``);
  const info = parseInfo(infoBytes);
  return info.ok ? ok({ info: info.value, infoBytes, signed, signer }) : info;
}

function parseInfo(bytes: Uint8Array<ArrayBuffer>): Checked<TSTInfo> {
  if (!isStrictDer(bytes)) return notOneValue(bytes);
  const info = attempt(() => TSTInfo.fromBER(bytes));
  if (info === undefined || info.version !== 1 || Number.isNaN(info.genTime.getTime()))
    return refuse('malformed', 'expected a TSTInfo, version 1');
  const critical = info.extensions?.find((extension) => extension.critical);
  if (critical !== undefined) return refuse('malformed', `expected no critical extension, got \`${critical.extnID}\``);
  return ok(info);
}

/** The parser throws on what does not fit; here that is an answer. */
export function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** The members of a SEQUENCE; undefined for anything else. */
export function membersOf(node: unknown): readonly unknown[] | undefined {
  return node instanceof asn1js.Sequence ? node.valueBlock.value : undefined;
}

/** The content of an OCTET STRING; undefined for anything else. */
export function octetsOf(node: unknown): Uint8Array<ArrayBuffer> | undefined {
  return node instanceof asn1js.OctetString ? new Uint8Array(node.getValue()) : undefined;
}

/** Whether the first is there and both hold the same bytes. */
export function holdsBytes(left: Uint8Array | undefined, right: Uint8Array): boolean {
  return left !== undefined && sameBytes(left, right);
}
