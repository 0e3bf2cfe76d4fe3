/** Kinds of refusal that API Gateway answers by itself, as `AWS::ApiGateway::GatewayResponse` names them. */
export type GatewayResponseType =
  | 'ACCESS_DENIED'
  | 'API_CONFIGURATION_ERROR'
  | 'AUTHORIZER_FAILURE'
  | 'BAD_REQUEST_BODY'
  | 'BAD_REQUEST_PARAMETERS'
  | 'DEFAULT_4XX'
  | 'DEFAULT_5XX'
  | 'EXPIRED_TOKEN'
  | 'INTEGRATION_FAILURE'
  | 'INTEGRATION_TIMEOUT'
  | 'INVALID_SIGNATURE'
  | 'MISSING_AUTHENTICATION_TOKEN'
  | 'REQUEST_TOO_LARGE'
  | 'THROTTLED'
  | 'UNAUTHORIZED';

interface Defaults {
  readonly status: number;
  readonly errorType: string;
}

const DEFAULTS: { readonly [type in GatewayResponseType]: Defaults } = {
  ACCESS_DENIED: { status: 403, errorType: 'AccessDeniedException' },
  API_CONFIGURATION_ERROR: { status: 500, errorType: 'InternalServerErrorException' },
  AUTHORIZER_FAILURE: { status: 500, errorType: 'InternalServerErrorException' },
  BAD_REQUEST_BODY: { status: 400, errorType: 'BadRequestException' },
  BAD_REQUEST_PARAMETERS: { status: 400, errorType: 'BadRequestException' },
  DEFAULT_4XX: { status: 403, errorType: 'ForbiddenException' },
  DEFAULT_5XX: { status: 502, errorType: 'InternalServerErrorException' },
  EXPIRED_TOKEN: { status: 403, errorType: 'ExpiredTokenException' },
  INTEGRATION_FAILURE: { status: 504, errorType: 'InternalServerErrorException' },
  INTEGRATION_TIMEOUT: { status: 504, errorType: 'InternalServerErrorException' },
  INVALID_SIGNATURE: { status: 403, errorType: 'InvalidSignatureException' },
  MISSING_AUTHENTICATION_TOKEN: { status: 403, errorType: 'MissingAuthenticationTokenException' },
  REQUEST_TOO_LARGE: { status: 413, errorType: 'RequestEntityTooLargeException' },
  THROTTLED: { status: 429, errorType: 'TooManyRequestsException' },
  UNAUTHORIZED: { status: 401, errorType: 'UnauthorizedException' },
};

/** A refusal by the gateway itself; the integration is not called. */
export class GatewayError extends Error {
  readonly responseType: GatewayResponseType;
  readonly status: number;
  /** Value of `x-amzn-ErrorType`. */
  readonly errorType: string;
  /** What a validator found; empty where nothing was validated. */
  readonly validationError: string;

  constructor(
    responseType: GatewayResponseType,
    message: string,
    options: { readonly errorType?: string; readonly validationError?: string } = {},
  ) {
    super(message);
    this.name = 'GatewayError';
    this.responseType = responseType;
    this.status = DEFAULTS[responseType].status;
    this.errorType = options.errorType ?? DEFAULTS[responseType].errorType;
    this.validationError = options.validationError ?? '';
  }
}
