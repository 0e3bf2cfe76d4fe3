import type { Assembly, Resource } from '../../contract.ts';
import { asRecord, asText, isTrue, optionalNumber, optionalText, type Properties } from '../lambda/template-values.ts';

/** How a method is answered. */
export type Integration =
  | { readonly kind: 'lambda'; readonly functionArn: string; readonly timeoutMs: number }
  | { readonly kind: 'mock'; readonly status: number; readonly headers: { readonly [name: string]: string } };

/** One method of one resource. */
export interface Route {
  readonly resourceId: string;
  /** Template path without the stage, for example `/actions/{id}`. */
  readonly resourcePath: string;
  /** `ANY` takes every method. */
  readonly httpMethod: string;
  readonly authorization: 'NONE' | 'AWS_IAM' | 'COGNITO_USER_POOLS';
  readonly integration: Integration;
  /** `AWS::ApiGateway::RequestValidator` id. */
  readonly validatorId: string | undefined;
  /** Model names by content type. */
  readonly models: { readonly [contentType: string]: string };
  /** Parameters that must be there, as `path.id`, `querystring.mac` or `header.x`. */
  readonly requiredParameters: readonly string[];
}

/** A request's route and what its path stands for. */
export interface Match {
  readonly route: Route;
  /** Values as sent: API Gateway does not decode them. */
  readonly pathParameters: { readonly [name: string]: string };
}

const MAX_INTEGRATION_TIMEOUT_MS = 29_000;

/** Reads every method of the API. @throws {TypeError} naming the resource, for integrations the sandbox has not */
export function readRoutes(api: Resource, assembly: Assembly): readonly Route[] {
  const paths = new Map([[asText(api.attributes['RootResourceId'], api.logicalId), '']]);
  const resources = assembly.byType('AWS::ApiGateway::Resource');
  const pathOf = (id: string): string => {
    const known = paths.get(id);
    if (known !== undefined) return known;
    const resource = resources.find((entry) => entry.ref === id);
    if (resource === undefined) throw new TypeError(`${api.logicalId}: expected an API resource, got \`${id}\``);
    const { ParentId, PathPart } = resource.properties;
    const path = `${pathOf(asText(ParentId, resource.logicalId))}/${asText(PathPart, resource.logicalId)}`;
    paths.set(id, path);
    return path;
  };
  return assembly.byType('AWS::ApiGateway::Method').map((method) => {
    const resourceId = asText(method.properties['ResourceId'], method.logicalId);
    return readRoute(method, resourceId, pathOf(resourceId) || '/');
  });
}

function readRoute(method: Resource, resourceId: string, resourcePath: string): Route {
  const where = `${method.stack}/${method.logicalId}`;
  const properties = method.properties;
  const authorization = optionalText(properties['AuthorizationType'], where) ?? 'NONE';
  if (authorization !== 'NONE' && authorization !== 'AWS_IAM' && authorization !== 'COGNITO_USER_POOLS') {
    throw new TypeError(`${where}: the sandbox does not know AuthorizationType \`${authorization}\``);
  }
  if (properties['AuthorizationScopes'] !== undefined || isTrue(properties['ApiKeyRequired'])) {
    throw new TypeError(`${where}: expected no AuthorizationScopes and no API key, the sandbox has neither`);
  }
  const models = Object.entries(asRecord(properties['RequestModels'], where));
  const parameters = Object.entries(asRecord(properties['RequestParameters'], where));
  return {
    resourceId,
    resourcePath,
    httpMethod: asText(properties['HttpMethod'], where),
    authorization,
    integration: readIntegration(asRecord(properties['Integration'], where), where),
    validatorId: optionalText(properties['RequestValidatorId'], where),
    models: Object.fromEntries(models.map(([type, name]) => [type, asText(name, where)])),
    requiredParameters: parameters
      .filter(([, required]) => isTrue(required))
      .map(([name]) => name.replace('method.request.', '')),
  };
}

function readIntegration(integration: Properties, where: string): Integration {
  const type = asText(integration['Type'], `${where} Integration.Type`);
  if (type === 'MOCK') return readMock(integration, where);
  if (type !== 'AWS_PROXY') throw new TypeError(`${where}: the sandbox does not know integration type \`${type}\``);
  const uri = asText(integration['Uri'], `${where} Integration.Uri`);
  const functionArn = /\/functions\/(arn:aws:lambda:[^/]+)\/invocations$/.exec(uri)?.[1];
  if (functionArn === undefined)
    throw new TypeError(`${where}: expected a Lambda function's invocation URI, got \`${uri}\``);
  const timeoutMs = optionalNumber(integration['TimeoutInMillis'], where) ?? MAX_INTEGRATION_TIMEOUT_MS;
  return { kind: 'lambda', functionArn, timeoutMs };
}

/** Mock integrations answer preflight requests: one response, literal headers. */
function readMock(integration: Properties, where: string): Integration {
  const responses = integration['IntegrationResponses'];
  const response = asRecord(Array.isArray(responses) ? responses[0] : undefined, where);
  const headers = Object.entries(asRecord(response['ResponseParameters'], where)).map(([name, value]) => [
    name.replace('method.response.header.', ''),
    asText(value, where).replace(/^'(.*)'$/, '$1'),
  ]);
  return {
    kind: 'mock',
    status: optionalNumber(response['StatusCode'], where) ?? 200,
    headers: Object.fromEntries(headers),
  };
}

/**
 * Finds the method for a path below the stage. Literal parts win over `{name}`, and that over `{name+}`.
 *
 * @param path as sent, beginning with `/`
 */
export function matchRoute(routes: readonly Route[], httpMethod: string, path: string): Match | undefined {
  const parts = path === '/' ? [] : path.replace(/\/$/, '').slice(1).split('/');
  let best: { readonly match: Match; readonly rank: string } | undefined;
  for (const route of routes) {
    if (route.httpMethod !== httpMethod && route.httpMethod !== 'ANY') continue;
    const found = matchParts(route.resourcePath, parts);
    if (found === undefined) continue;
    const rank = `${found.rank}${route.httpMethod === 'ANY' ? '1' : '0'}`;
    if (best === undefined || rank < best.rank) best = { match: { route, pathParameters: found.parameters }, rank };
  }
  return best?.match;
}

/** `rank` sorts by how literal each part is. */
function matchParts(
  resourcePath: string,
  parts: readonly string[],
): { readonly parameters: { readonly [name: string]: string }; readonly rank: string } | undefined {
  const template = resourcePath === '/' ? [] : resourcePath.slice(1).split('/');
  const parameters: { [name: string]: string } = {};
  let rank = '';
  for (const [index, part] of template.entries()) {
    const greedy = /^\{(.+)\+\}$/.exec(part)?.[1];
    if (greedy !== undefined && parts.length > index) {
      parameters[greedy] = parts.slice(index).join('/');
      return { parameters, rank: `${rank}2` };
    }
    const name = /^\{(.+)\}$/.exec(part)?.[1];
    const value = parts[index];
    if (value === undefined || (name === undefined && value !== part) || value === '') return undefined;
    if (name !== undefined) parameters[name] = value;
    rank += name === undefined ? '0' : '1';
  }
  return parts.length === template.length ? { parameters, rank } : undefined;
}
