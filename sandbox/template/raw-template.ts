import { TemplateError } from './template-error.ts';

/** A JSON object of a template, read with index access only. */
export type RawObject = { readonly [name: string]: unknown };

/** One resource as the template declares it. */
export interface RawResource {
  readonly type: string;
  readonly properties: RawObject;
  readonly condition?: string;
}

/** A stack's template as `cdk synth` wrote it. */
export interface RawTemplate {
  readonly stackName: string;
  readonly resources: { readonly [logicalId: string]: RawResource };
  readonly parameters: RawObject;
  readonly conditions: RawObject;
  readonly mappings: RawObject;
  readonly outputs: RawObject;
}

/** True for a JSON object, not an array and not null. */
export function isRawObject(value: unknown): value is RawObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object `value` is, or an empty one where it is absent. */
export function objectOrEmpty(value: unknown): RawObject {
  return isRawObject(value) ? value : {};
}

/** The array `value` is; a single value counts as an array of one, an absent one as an empty array. */
export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) {
    return value;
  }
  return value === undefined ? [] : [value];
}

/** The strings among {@link listOf} `value`. */
export function textsOf(value: unknown): readonly string[] {
  return listOf(value).filter((entry) => typeof entry === 'string');
}

function parseResource(stackName: string, logicalId: string, value: unknown): RawResource {
  if (!isRawObject(value) || typeof value['Type'] !== 'string') {
    throw new TemplateError(
      'malformed_template',
      `expected a resource with a Type, got none at \`${stackName}/${logicalId}\``,
    );
  }
  const condition = value['Condition'];
  return {
    type: value['Type'],
    properties: objectOrEmpty(value['Properties']),
    ...(typeof condition === 'string' && { condition }),
  };
}

/**
 * Reads a parsed template.
 *
 * @throws {TemplateError} `malformed_template` where it is not a template
 */
export function parseTemplate(stackName: string, value: unknown): RawTemplate {
  if (!isRawObject(value)) {
    throw new TemplateError('malformed_template', `expected a template object for stack \`${stackName}\``);
  }
  const resources = Object.entries(objectOrEmpty(value['Resources'])).map(([logicalId, resource]) => [
    logicalId,
    parseResource(stackName, logicalId, resource),
  ]);
  return {
    stackName,
    resources: Object.fromEntries(resources),
    parameters: objectOrEmpty(value['Parameters']),
    conditions: objectOrEmpty(value['Conditions']),
    mappings: objectOrEmpty(value['Mappings']),
    outputs: objectOrEmpty(value['Outputs']),
  };
}
