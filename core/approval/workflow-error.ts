/** Errors the approval workflow's definition knows by name. */
export type WorkflowErrorName =
  | 'Countersign.Cancelled'
  | 'Countersign.Contention'
  | 'Countersign.Expired'
  | 'Countersign.NotOpened'
  | 'Countersign.NotSealed';

/** Ends a workflow step. Its name, not its text, is what the definition's retry and catch rules match. */
export class WorkflowError extends Error {
  readonly code: string;

  constructor(name: WorkflowErrorName, code: string) {
    super(`the step ended with \`${code}\``);
    this.name = name;
    this.code = code;
  }
}

const NAMES: { readonly [code: string]: WorkflowErrorName } = {
  contention: 'Countersign.Contention',
  action_cancelled: 'Countersign.Cancelled',
  expired: 'Countersign.Expired',
  request_expired: 'Countersign.Expired',
};

/** The error that tells the workflow about a refusal; `otherwise` is used for codes without a route of their own. */
export function workflowError(code: string, otherwise: WorkflowErrorName): WorkflowError {
  return new WorkflowError(NAMES[code] ?? otherwise, code);
}
