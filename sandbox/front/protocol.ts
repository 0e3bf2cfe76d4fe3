import { AwsError, type AwsReply } from '../contract.ts';
import { isRawObject, type RawObject } from '../template/raw-template.ts';

/**
 * How each service speaks: JSON 1.0 and 1.1, query with XML answers, REST with JSON, REST with XML. The installed SDK
 * clients use no CBOR protocol.
 */
export type Protocol = 'json-1.0' | 'json-1.1' | 'query' | 'rest-json' | 'rest-xml';

const protocols: { readonly [service: string]: Protocol } = {
  dynamodb: 'json-1.0',
  states: 'json-1.0',
  kms: 'json-1.1',
  secretsmanager: 'json-1.1',
  athena: 'json-1.1',
  sns: 'query',
  sts: 'query',
  s3: 'rest-xml',
};

/** The protocol of a signing name; REST with JSON where it is not listed. */
export function protocolOf(service: string): Protocol {
  return protocols[service] ?? 'rest-json';
}

/** Text with the characters XML reserves replaced. */
export function escapeXml(text: string): string {
  const entities: { readonly [character: string]: string } = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&apos;',
    '\r': '&#13;',
  };
  return text.replaceAll(/[&<>"'\r]/g, (character) => entities[character] ?? character);
}

/** The JSON object a call carries; an empty body is an empty object. @throws {AwsError} `SerializationException` */
export function jsonInput(body: Uint8Array): RawObject {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text);
    if (isRawObject(value)) {
      return value;
    }
  } catch {
    // Answered below, as for any other body that is not an object.
  }
  throw new AwsError('SerializationException', 400, 'the request body is not a JSON object');
}

/** A JSON reply of the AWS JSON protocols. */
export function jsonReply(service: string, value: unknown): AwsReply {
  const type = protocolOf(service) === 'json-1.0' ? 'application/x-amz-json-1.0' : 'application/x-amz-json-1.1';
  return { status: 200, headers: { 'content-type': type }, body: JSON.stringify(value) };
}

/** A reply of the query protocol: `<OperationResponse><OperationResult>…`. `resultXml` is already escaped. */
export function queryReply(operation: string, namespace: string, resultXml: string, requestId: string): AwsReply {
  const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
  const result = `<${operation}Result>${resultXml}</${operation}Result>`;
  const body = `<${operation}Response xmlns="${namespace}">${result}${metadata}</${operation}Response>`;
  return { status: 200, headers: { 'content-type': 'text/xml' }, body };
}

function jsonError(error: AwsError, service: string, requestId: string): AwsReply {
  const prefix = service === 'dynamodb' && !error.code.includes('#') ? 'com.amazonaws.dynamodb.v20120810#' : '';
  const type = `application/x-amz-json-${protocolOf(service) === 'json-1.0' ? '1.0' : '1.1'}`;
  return {
    status: error.status,
    headers: { 'content-type': type, 'x-amzn-requestid': requestId },
    body: JSON.stringify({ __type: `${prefix}${error.code}`, message: error.message, ...error.members }),
  };
}

function restJsonError(error: AwsError, requestId: string): AwsReply {
  return {
    status: error.status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.code, 'x-amzn-requestid': requestId },
    body: JSON.stringify({ message: error.message, ...error.members }),
  };
}

function queryError(error: AwsError, requestId: string): AwsReply {
  const type = error.status < 500 ? 'Sender' : 'Receiver';
  const inner = `<Type>${type}</Type><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>`;
  return {
    status: error.status,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body: `<ErrorResponse><Error>${inner}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
  };
}

function restXmlError(error: AwsError, requestId: string): AwsReply {
  const members = Object.entries(error.members).filter(([name]) => !name.startsWith('x-amz-'));
  const extra = members.map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`).join('');
  const headers = Object.entries(error.members).filter(([name]) => name.startsWith('x-amz-'));
  const inner = `<Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>${extra}`;
  return {
    status: error.status,
    headers: {
      'content-type': 'application/xml',
      'x-amz-request-id': requestId,
      ...Object.fromEntries(headers.map(([name, value]) => [name, String(value)])),
    },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${inner}<RequestId>${requestId}</RequestId></Error>`,
  };
}

/** Renders `error` as `service` answers it. Members that begin with `x-amz-` become headers where the body is XML. */
export function renderError(error: AwsError, service: string, requestId: string): AwsReply {
  switch (protocolOf(service)) {
    case 'json-1.0':
    case 'json-1.1':
      return jsonError(error, service, requestId);
    case 'query':
      return queryError(error, requestId);
    case 'rest-xml':
      return restXmlError(error, requestId);
    case 'rest-json':
      return restJsonError(error, requestId);
  }
}

/** What a service answers when it failed itself; nothing of the cause leaves the sandbox. */
export function internalError(service: string): AwsError {
  const codes: { readonly [service: string]: string } = {
    dynamodb: 'InternalServerError',
    kms: 'KMSInternalException',
    s3: 'InternalError',
    secretsmanager: 'InternalServiceError',
  };
  return new AwsError(
    codes[service] ?? 'InternalFailure',
    500,
    'the request processing has failed because of an unknown error',
  );
}
