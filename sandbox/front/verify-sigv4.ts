import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Caller, CredentialVault, RoleCredentials } from '../contract.ts';
import { signatureError } from './signature-errors.ts';

/**
 * AWS Signature Version 4 in the `Authorization` header. Kept: the canonical request, the credential scope, session
 * tokens and their end, 15 minutes of clock difference, the payload's hash, unsigned payloads for S3, the rule that
 * every `x-amz-` header is signed. Not kept: presigned addresses, signed chunks, Signature Version 4A.
 * Source: AWS IAM User Guide, "Create a signed AWS API request".
 */

/** A request as it came over the wire. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query, still encoded. */
  readonly url: string;
  readonly headers: { readonly [lowerCaseName: string]: string };
  readonly body: Uint8Array;
}

/** What the signature proves. */
export interface VerifiedSignature {
  readonly caller: Caller;
  readonly service: string;
  readonly region: string;
}

/** The parts of an `Authorization` header. */
interface Authorization {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const allowedSkewMs = 15 * 60 * 1_000;
const authorizationPattern =
  /^AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/([^/,\s]+)\/aws4_request,\s*SignedHeaders=([a-z0-9;_-]+),\s*Signature=([0-9a-f]{64})$/;

function parseAuthorization(header: string): Authorization | undefined {
  const match = authorizationPattern.exec(header);
  if (match === null) {
    return undefined;
  }
  const [, accessKeyId = '', date = '', region = '', service = '', signedHeaders = '', signature = ''] = match;
  return { accessKeyId, date, region, service, signedHeaders: signedHeaders.split(';'), signature };
}

/** The signing name a request claims, for choosing how to answer; `undefined` where there is no readable claim. */
export function claimedService(headers: SignedRequest['headers']): string | undefined {
  return parseAuthorization(headers['authorization'] ?? '')?.service;
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function canonicalQuery(query: string): string {
  if (query === '') {
    return '';
  }
  const pairs = query.split('&').map((pair) => {
    const [name = '', ...value] = pair.split('=');
    return [encode(decodeURIComponent(name)), encode(decodeURIComponent(value.join('=')))] as const;
  });
  pairs.sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)));
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

// S3 signs the path as sent; every other service encodes it once more.
function canonicalPath(path: string, service: string): string {
  return service === 's3' || path === '/' ? path : path.split('/').map(encode).join('/');
}

function canonicalRequest(request: SignedRequest, authorization: Authorization, payloadHash: string): string {
  const [path = '/', query = ''] = request.url.split('?', 2);
  const headers = authorization.signedHeaders.map(
    (name) => `${name}:${(request.headers[name] ?? '').trim().replaceAll(/\s+/g, ' ')}\n`,
  );
  return [
    request.method,
    canonicalPath(path, authorization.service),
    canonicalQuery(query),
    headers.join(''),
    authorization.signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
}

const signingKeys = new Map<string, KeyObject>();
const signingKeysKept = 1_000;

function hmac(key: string | Buffer | KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function signingKey(secret: string, { date, region, service }: Authorization): KeyObject {
  const name = `${secret}/${date}/${region}/${service}`;
  const known = signingKeys.get(name);
  if (known !== undefined) {
    return known;
  }
  const key = createSecretKey(hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), service), 'aws4_request'));
  if (signingKeys.size >= signingKeysKept) {
    signingKeys.clear();
  }
  signingKeys.set(name, key);
  return key;
}

function requestTime(
  request: SignedRequest,
  authorization: Authorization,
): { readonly text: string; readonly ms: number } {
  const text = request.headers['x-amz-date'] ?? '';
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null || !text.startsWith(authorization.date)) {
    throw signatureError(
      authorization.service,
      'incomplete',
      "Authorization header requires existence of 'X-Amz-Date' header in its credential's scope.",
    );
  }
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number);
  return { text, ms: Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second) };
}

function checkTime(request: SignedRequest, authorization: Authorization, nowMs: number): string {
  const { text, ms } = requestTime(request, authorization);
  if (Math.abs(nowMs - ms) <= allowedSkewMs) {
    return text;
  }
  const now = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const message =
    ms < nowMs
      ? `Signature expired: ${text} is now earlier than ${now} (${now} - 15 min.)`
      : `Signature not yet current: ${text} is still later than ${now} (${now} + 15 min.)`;
  throw signatureError(authorization.service, 'skewed', authorization.service === 's3' ? undefined : message);
}

function equalText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.byteLength === right.byteLength && timingSafeEqual(left, right);
}

function credentialsOf(
  request: SignedRequest,
  { accessKeyId, service }: Authorization,
  vault: CredentialVault,
  nowMs: number,
): RoleCredentials {
  const credentials = vault.byAccessKeyId(accessKeyId);
  if (
    credentials === undefined ||
    !equalText(request.headers['x-amz-security-token'] ?? '', credentials.sessionToken)
  ) {
    throw signatureError(service, 'unknown-key');
  }
  if (credentials.expiresAtMs <= nowMs) {
    throw signatureError(service, 'expired-token');
  }
  return credentials;
}

function payloadHashOf(request: SignedRequest, service: string): string {
  const claimed = request.headers['x-amz-content-sha256'];
  if (service === 's3') {
    if (claimed === 'UNSIGNED-PAYLOAD' || claimed === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') {
      return claimed;
    }
    if (claimed === undefined) {
      throw signatureError(service, 'incomplete', 'Missing required header for this request: x-amz-content-sha256');
    }
    if (claimed.startsWith('STREAMING-')) {
      throw signatureError(service, 'unsupported');
    }
  }
  const actual = hash('sha256', request.body, 'hex');
  if (claimed !== undefined && claimed !== actual) {
    throw signatureError(service, 'payload-mismatch');
  }
  return actual;
}

function checkSignedHeaders(request: SignedRequest, { service, signedHeaders }: Authorization): void {
  const signed = new Set(signedHeaders);
  const unsigned = Object.keys(request.headers).find((name) => name.startsWith('x-amz-') && !signed.has(name));
  if (!signed.has('host') || unsigned !== undefined) {
    const which = signed.has('host') ? unsigned : 'host';
    throw signatureError(
      service,
      'mismatch',
      `There were headers present in the request which were not signed: ${which}`,
    );
  }
}

/**
 * Verifies the signature of `request`.
 *
 * @param nowMs the service's clock, epoch milliseconds
 * @param scope the signing name and the region the request must be scoped to; any where absent
 * @throws {AwsError} as the service answers: unknown key, expired token, wrong signature, clock difference
 */
export function verifySigV4(
  request: SignedRequest,
  vault: CredentialVault,
  nowMs: number,
  { service, region }: { readonly service?: string; readonly region?: string } = {},
): VerifiedSignature {
  const header = request.headers['authorization'];
  if (header === undefined) {
    throw signatureError(service ?? 'execute-api', 'missing');
  }
  const authorization = parseAuthorization(header);
  if (authorization === undefined) {
    throw signatureError(service ?? 'execute-api', 'incomplete');
  }
  if (service !== undefined && authorization.service !== service) {
    throw signatureError(service, 'mismatch', `Credential should be scoped to correct service: '${service}'.`);
  }
  if (region !== undefined && authorization.region !== region) {
    const wanted = `Credential should be scoped to a valid region, not '${authorization.region}'.`;
    throw signatureError(authorization.service, 'mismatch', wanted);
  }
  const time = checkTime(request, authorization, nowMs);
  const credentials = credentialsOf(request, authorization, vault, nowMs);
  checkSignedHeaders(request, authorization);
  const payloadHash = payloadHashOf(request, authorization.service);
  if (/%(?![0-9a-f]{2})/i.test(request.url)) {
    throw signatureError(authorization.service, 'incomplete', 'the request address is not properly encoded');
  }
  const canonical = canonicalRequest(request, authorization, payloadHash);
  const credentialScope = `${authorization.date}/${authorization.region}/${authorization.service}/aws4_request`;
  const textToSign = `AWS4-HMAC-SHA256\n${time}\n${credentialScope}\n${hash('sha256', canonical, 'hex')}`;
  const expected = hmac(signingKey(credentials.secretAccessKey, authorization), textToSign).toString('hex');
  if (!equalText(expected, authorization.signature)) {
    throw signatureError(authorization.service, 'mismatch');
  }
  return { caller: credentials.caller, service: authorization.service, region: authorization.region };
}
