import { AwsError } from '../contract.ts';
import { protocolOf } from './protocol.ts';

/** What can be wrong with a request's signature. */
export type SignatureFault =
  | 'missing'
  | 'incomplete'
  | 'unknown-key'
  | 'expired-token'
  | 'mismatch'
  | 'skewed'
  | 'payload-mismatch'
  | 'unsupported';

interface Answer {
  readonly code: string;
  readonly status: number;
  readonly message: string;
}

const mismatchMessage =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';
const invalidTokenMessage = 'The security token included in the request is invalid.';
const expiredMessage = 'The security token included in the request is expired';

const json: { readonly [fault in SignatureFault]: Answer } = {
  missing: {
    code: 'MissingAuthenticationTokenException',
    status: 400,
    message: 'Request is missing Authentication Token',
  },
  incomplete: {
    code: 'IncompleteSignatureException',
    status: 400,
    message: 'The request signature does not conform to AWS standards.',
  },
  'unknown-key': { code: 'UnrecognizedClientException', status: 400, message: invalidTokenMessage },
  'expired-token': { code: 'ExpiredTokenException', status: 400, message: expiredMessage },
  mismatch: { code: 'InvalidSignatureException', status: 400, message: mismatchMessage },
  skewed: { code: 'InvalidSignatureException', status: 400, message: 'Signature expired or not yet current' },
  'payload-mismatch': { code: 'InvalidSignatureException', status: 400, message: mismatchMessage },
  unsupported: { code: 'IncompleteSignatureException', status: 400, message: 'Unsupported payload signing method.' },
};

const restJson: { readonly [fault in SignatureFault]: Answer } = {
  ...json,
  missing: { code: 'MissingAuthenticationTokenException', status: 403, message: 'Missing Authentication Token' },
  'unknown-key': { ...json['unknown-key'], status: 403 },
  'expired-token': { ...json['expired-token'], status: 403 },
  mismatch: { ...json.mismatch, status: 403 },
  skewed: { ...json.skewed, status: 403 },
  'payload-mismatch': { ...json['payload-mismatch'], status: 403 },
};

const query: { readonly [fault in SignatureFault]: Answer } = {
  missing: { code: 'MissingAuthenticationToken', status: 403, message: 'Request is missing Authentication Token' },
  incomplete: { code: 'IncompleteSignature', status: 400, message: json.incomplete.message },
  'unknown-key': { code: 'InvalidClientTokenId', status: 403, message: invalidTokenMessage },
  'expired-token': { code: 'ExpiredToken', status: 403, message: expiredMessage },
  mismatch: { code: 'SignatureDoesNotMatch', status: 403, message: mismatchMessage },
  skewed: { code: 'SignatureDoesNotMatch', status: 403, message: json.skewed.message },
  'payload-mismatch': { code: 'SignatureDoesNotMatch', status: 403, message: mismatchMessage },
  unsupported: { code: 'IncompleteSignature', status: 400, message: json.unsupported.message },
};

const s3: { readonly [fault in SignatureFault]: Answer } = {
  missing: { code: 'AccessDenied', status: 403, message: 'Access Denied' },
  incomplete: {
    code: 'AuthorizationHeaderMalformed',
    status: 400,
    message: 'The authorization header that you provided is not valid.',
  },
  'unknown-key': {
    code: 'InvalidAccessKeyId',
    status: 403,
    message: 'The AWS Access Key Id you provided does not exist in our records.',
  },
  'expired-token': { code: 'ExpiredToken', status: 400, message: 'The provided token has expired.' },
  mismatch: { code: 'SignatureDoesNotMatch', status: 403, message: mismatchMessage },
  skewed: {
    code: 'RequestTimeTooSkewed',
    status: 403,
    message: 'The difference between the request time and the current time is too large.',
  },
  'payload-mismatch': {
    code: 'XAmzContentSHA256Mismatch',
    status: 400,
    message: "The provided 'x-amz-content-sha256' header does not match what was computed.",
  },
  unsupported: { code: 'NotImplemented', status: 501, message: 'the sandbox does not emulate signed chunks' },
};

function answersOf(service: string): { readonly [fault in SignatureFault]: Answer } {
  const protocol = protocolOf(service);
  if (protocol === 'rest-xml') {
    return s3;
  }
  if (protocol === 'query') {
    return query;
  }
  return protocol === 'rest-json' ? restJson : json;
}

/** The error `service` answers a request with whose signature has `fault`. */
export function signatureError(service: string, fault: SignatureFault, message?: string): AwsError {
  const answer = answersOf(service)[fault];
  return new AwsError(answer.code, answer.status, message ?? answer.message);
}
