/** What can be wrong with an assembly. */
export type TemplateErrorCode =
  | 'unknown_resource_type'
  | 'unknown_attribute'
  | 'unknown_function'
  | 'unresolved_reference'
  | 'circular_reference'
  | 'missing_parameter'
  | 'malformed_template'
  | 'unknown_asset';

/** An assembly the sandbox cannot run. The message names the stack, the logical id and the type where there is one. */
export class TemplateError extends Error {
  readonly code: TemplateErrorCode;

  constructor(code: TemplateErrorCode, message: string) {
    super(message);
    this.name = 'TemplateError';
    this.code = code;
  }
}
