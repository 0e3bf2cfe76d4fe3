import { isJsonObject, type JsonValue } from '../../../core/json.ts';
import { AwsError, type SandboxContext } from '../../contract.ts';
import type { FunctionCaller } from '../lambda/lambda-service.ts';
import { roleCaller } from '../lambda/role-caller.ts';

/** What a task's call came to. */
export type TaskOutcome =
  | { readonly ok: true; readonly result: JsonValue }
  | { readonly ok: false; readonly error: string; readonly cause: string };

/** Calls the function a Task names, with the rights of the state machine's role. */
export class TaskInvoker {
  readonly #context: SandboxContext;
  readonly #lambda: FunctionCaller;

  constructor(context: SandboxContext, lambda: FunctionCaller) {
    this.#context = context;
    this.#lambda = lambda;
  }

  /**
   * @param resource the Task's Resource: a service integration, or a function's ARN
   * @param parameters the Task's evaluated Arguments
   */
  async call(roleArn: string, execution: string, resource: string, parameters: JsonValue): Promise<TaskOutcome> {
    const caller = roleCaller(roleArn, execution, this.#context.assembly.accountId);
    const direct = resource.startsWith('arn:aws:lambda:');
    const fields = isJsonObject(parameters) ? parameters : {};
    const target = direct ? resource : fields['FunctionName'];
    if (typeof target !== 'string') return failed('States.Runtime', 'expected Arguments to name a FunctionName');
    if (!direct && (fields['InvocationType'] ?? 'RequestResponse') !== 'RequestResponse') {
      return failed(
        'States.Runtime',
        `the sandbox does not know InvocationType \`${String(fields['InvocationType'])}\``,
      );
    }
    try {
      const reply = await this.#lambda.invokeAs(caller, target, direct ? parameters : (fields['Payload'] ?? {}));
      const payload: JsonValue = JSON.parse(reply.payload);
      if (reply.functionError !== undefined) return failed(errorTypeOf(payload), reply.payload);
      return { ok: true, result: direct ? payload : { ExecutedVersion: '$LATEST', Payload: payload, StatusCode: 200 } };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const denied = error.code.startsWith('AccessDenied');
      return failed(denied ? 'Lambda.AWSLambdaException' : `Lambda.${error.code}`, error.message);
    }
  }
}

function failed(error: string, cause: string): TaskOutcome {
  return { ok: false, error, cause };
}

function errorTypeOf(payload: JsonValue): string {
  const type = isJsonObject(payload) ? payload['errorType'] : undefined;
  return typeof type === 'string' && type !== '' ? type : 'Error';
}
