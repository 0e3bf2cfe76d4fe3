import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Assembly } from '../../contract.ts';
import { asRecord, isTrue, type Properties } from '../lambda/template-values.ts';
import { GatewayError } from './gateway-error.ts';
import { type HttpRequest, headerOf } from './http-message.ts';
import type { Match } from './routes.ts';

interface Validator {
  readonly body: boolean;
  readonly parameters: boolean;
}

/**
 * Request validation before the integration: required parameters, and the body against its model where one is declared
 * for its content type. A body of another content type is not checked, as in AWS. Models are JSON Schema draft 4
 * without `$ref` to other models, `id` and `format`.
 */
export class RequestValidation {
  readonly #validators: ReadonlyMap<string, Validator>;
  readonly #models: ReadonlyMap<string, ValidateFunction>;

  /** @throws {Error} naming the model, when its schema cannot be compiled */
  constructor(assembly: Assembly) {
    this.#validators = new Map(
      assembly.byType('AWS::ApiGateway::RequestValidator').map(({ ref, properties }) => {
        const { ValidateRequestBody: body, ValidateRequestParameters: parameters } = properties;
        return [ref, { body: isTrue(body), parameters: isTrue(parameters) }];
      }),
    );
    const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false });
    this.#models = new Map(
      assembly.byType('AWS::ApiGateway::Model').map((model) => {
        const where = `${model.stack}/${model.logicalId}`;
        const schema = model.properties['Schema'];
        const parsed: unknown = typeof schema === 'string' ? JSON.parse(schema) : schema;
        try {
          return [model.ref, ajv.compile(modernise(asRecord(parsed, where)))];
        } catch (error) {
          throw new Error(`${where}: the model cannot be compiled`, { cause: error });
        }
      }),
    );
  }

  /** @throws {GatewayError} BAD_REQUEST_PARAMETERS or BAD_REQUEST_BODY */
  check(request: HttpRequest, match: Match, query: URLSearchParams): void {
    const { route, pathParameters } = match;
    const validator = this.#validators.get(route.validatorId ?? '');
    if (validator?.parameters === true) {
      const missing = route.requiredParameters.filter((parameter) => {
        const name = parameter.slice(parameter.indexOf('.') + 1);
        if (parameter.startsWith('path.')) return pathParameters[name] === undefined;
        if (parameter.startsWith('querystring.')) return !query.has(name);
        return headerOf(request, name.toLowerCase()) === undefined;
      });
      if (missing.length > 0) {
        const names = missing.map((parameter) => parameter.slice(parameter.indexOf('.') + 1)).join(', ');
        throw new GatewayError('BAD_REQUEST_PARAMETERS', `Missing required request parameters: [${names}]`);
      }
    }
    if (validator?.body === true) this.#checkBody(request, match);
  }

  #checkBody(request: HttpRequest, { route }: Match): void {
    const contentType =
      (headerOf(request, 'content-type') ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';
    const model = this.#models.get(route.models[contentType] ?? route.models['$default'] ?? '');
    if (model === undefined) return;
    let body: unknown;
    try {
      body = JSON.parse(Buffer.from(request.body).toString('utf8'));
    } catch {
      throw invalidBody('[Unable to parse request body]');
    }
    if (!model(body)) throw invalidBody(`[${(model.errors ?? []).map(describe).join(', ')}]`);
  }
}

function invalidBody(validationError: string): GatewayError {
  return new GatewayError('BAD_REQUEST_BODY', 'Invalid request body', { validationError });
}

function describe(error: ErrorObject): string {
  return `${error.instancePath || 'object'} ${error.message ?? 'is invalid'}`;
}

/** Turns draft 4's boolean exclusive limits into numbers, and drops what only names the draft. */
function modernise(schema: Properties): Properties {
  const entries = Object.entries(schema).filter(
    ([name, value]) => name !== '$schema' && !(name === 'id' && typeof value === 'string'),
  );
  const result: { [name: string]: unknown } = Object.fromEntries(
    entries.map(([name, value]) => [name, moderniseValue(value)]),
  );
  for (const [flag, limit] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const) {
    if (typeof result[flag] !== 'boolean') continue;
    if (result[flag]) {
      result[flag] = result[limit];
      delete result[limit];
    } else delete result[flag];
  }
  return result;
}

function moderniseValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(moderniseValue);
  return typeof value === 'object' && value !== null ? modernise(asRecord(value, 'model')) : value;
}
