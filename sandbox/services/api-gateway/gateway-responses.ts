import type { Resource } from '../../contract.ts';
import { asRecord, asText, optionalNumber, type Properties } from '../lambda/template-values.ts';
import type { GatewayError } from './gateway-error.ts';
import type { HttpReply } from './http-message.ts';

/** Values of `$context.…` in templates and log formats, by name without `$context.`. */
export type ContextVariables = { readonly [name: string]: string };

const VARIABLE = /\$context\.([A-Za-z0-9_.:-]*[A-Za-z0-9_])/g;

/** Replaces every `$context.…`; a variable without value becomes `missing`. */
export function fillTemplate(template: string, variables: ContextVariables, missing: string): string {
  return template.replace(VARIABLE, (_, name: string) => variables[name] ?? missing);
}

interface Customised {
  readonly statusCode: number | undefined;
  readonly headers: { readonly [name: string]: string };
  readonly templates: { readonly [contentType: string]: string };
}

/** Renders refusals, in the shapes that the templates' `AWS::ApiGateway::GatewayResponse` resources give them. */
export class GatewayResponses {
  readonly #customised: ReadonlyMap<string, Customised>;

  /** @throws {TypeError} for a template that uses more than `$context` variables, or a mapped request value */
  constructor(resources: readonly Resource[]) {
    this.#customised = new Map(
      resources.map((resource) => {
        const where = `${resource.stack}/${resource.logicalId}`;
        return [asText(resource.properties['ResponseType'], where), readCustomised(resource.properties, where)];
      }),
    );
  }

  /** The reply for `error`; `accept` chooses among templates. */
  render(error: GatewayError, accept: string | undefined, variables: ContextVariables): HttpReply {
    const family = error.status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX';
    const customised = this.#customised.get(error.responseType) ?? this.#customised.get(family);
    const values: ContextVariables = {
      ...variables,
      'error.message': error.message,
      'error.messageString': JSON.stringify(error.message),
      'error.responseType': error.responseType,
      'error.validationErrorString': error.validationError,
    };
    const [contentType, template] = chooseTemplate(customised?.templates ?? {}, accept);
    const plain = JSON.stringify(
      error.responseType === 'ACCESS_DENIED' ? { Message: error.message } : { message: error.message },
    );
    const headers = Object.entries(customised?.headers ?? {}).map(
      ([name, value]) => [name, value.startsWith('context.') ? (values[value.slice(8)] ?? '') : value] as const,
    );
    return {
      status: customised?.statusCode ?? error.status,
      headers: [...new Map([['Content-Type', contentType], ['x-amzn-ErrorType', error.errorType], ...headers])],
      body: template === undefined ? plain : fillTemplate(template, values, ''),
    };
  }
}

function chooseTemplate(
  templates: { readonly [contentType: string]: string },
  accept: string | undefined,
): readonly [string, string | undefined] {
  const asked = (accept ?? '').split(',').map((range) => range.split(';')[0]?.trim() ?? '');
  const types = Object.keys(templates);
  const chosen =
    asked.find((type) => types.includes(type)) ?? types.find((type) => type === 'application/json') ?? types[0];
  return chosen === undefined ? ['application/json', undefined] : [chosen, templates[chosen]];
}

function readCustomised(properties: Properties, where: string): Customised {
  const headers: { [name: string]: string } = {};
  for (const [target, source] of Object.entries(asRecord(properties['ResponseParameters'], where))) {
    headers[target.replace('gatewayresponse.header.', '')] = readSource(asText(source, where), where);
  }
  const templates: { [contentType: string]: string } = {};
  for (const [contentType, template] of Object.entries(asRecord(properties['ResponseTemplates'], where))) {
    const text = asText(template, where);
    if (/\$(?!context\.)[a-z]|^\s*#/im.test(text)) {
      throw new TypeError(`${where}: the sandbox only knows $context variables in response templates`);
    }
    templates[contentType] = text;
  }
  return { statusCode: optionalNumber(properties['StatusCode'], where), headers, templates };
}

function readSource(source: string, where: string): string {
  const literal = /^'(.*)'$/.exec(source)?.[1];
  if (literal === undefined && !source.startsWith('context.')) {
    throw new TypeError(`${where}: expected a literal or a context value, got \`${source}\``);
  }
  return literal ?? source;
}
