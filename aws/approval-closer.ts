import type { LambdaClient } from '@aws-sdk/client-lambda';
import { InvokeCommand } from '@aws-sdk/client-lambda';

/** Ends forgotten approval requests by the function that may, since the sweep's own role may not write requests. */
export class ApprovalCloser {
  readonly #client: LambdaClient;
  readonly #functionName: string;

  constructor(client: LambdaClient, functionName: string) {
    this.#client = client;
    this.#functionName = functionName;
  }

  /**
   * Closes a request whose time is over. Closing again changes nothing.
   *
   * @throws {Error} when the function failed; the next sweep tries again
   */
  async closeTimedOut(request: { readonly actionId: string; readonly agentId: string }): Promise<void> {
    const { actionId, agentId } = request;
    const payload = JSON.stringify({ actionId, agentId, outcome: 'timed_out' });
    const reply = await this.#client.send(
      new InvokeCommand({ FunctionName: this.#functionName, Payload: new TextEncoder().encode(payload) }),
    );
    if (reply.FunctionError !== undefined) throw new Error(`expected ${actionId} to be closed, got a function error`);
  }
}
