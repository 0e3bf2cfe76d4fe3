import { AwsError, type AwsReply } from '../../contract.ts';
import { isRawObject, listOf } from '../../template/raw-template.ts';

/**
 * How a call is made to fail: nothing stored and an error answered; stored and an error answered all the same; or
 * refused because another transaction holds an item, which the database underneath never does by itself.
 */
export type FaultMode = 'before' | 'after' | 'conflict';

/** The next calls of an operation that are to fail. */
export interface PlannedFault {
  /** For example `TransactWriteItems`. */
  readonly operation: string;
  readonly mode: FaultMode;
  /** How many calls fail, 1 where absent. SDK clients repeat a call that ended in a server error. */
  readonly times?: number;
}

/** Faults that tests plan. */
export interface FaultPlan {
  failNext(fault: PlannedFault): void;
  /** Runs a call under the faults planned for its operation. */
  run(operation: string, input: { readonly [name: string]: unknown }, send: () => Promise<AwsReply>): Promise<AwsReply>;
}

function serverError(): AwsError {
  return new AwsError('InternalServerError', 500, 'The request processing has failed because of an unknown error');
}

function conflict(operation: string, input: { readonly [name: string]: unknown }): AwsError {
  const items = listOf(input['TransactItems']).filter(isRawObject);
  if (!operation.startsWith('Transact')) {
    return new AwsError('TransactionConflictException', 400, 'Transaction is ongoing for the item');
  }
  const codes = items.map((_item, index) => (index === 0 ? 'TransactionConflict' : 'None'));
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(', ')}]`;
  const reasons = codes.map((Code) =>
    Code === 'None' ? { Code } : { Code, Message: 'Transaction is ongoing for the item' },
  );
  return new AwsError('TransactionCanceledException', 400, message, { Message: message, CancellationReasons: reasons });
}

/** A plan without faults. */
export function createFaultPlan(): FaultPlan {
  const planned: { readonly operation: string; readonly mode: FaultMode; left: number }[] = [];
  return {
    failNext: ({ operation, mode, times = 1 }) => {
      planned.push({ operation, mode, left: times });
    },
    run: async (operation, input, send) => {
      const fault = planned.find((entry) => entry.operation === operation && entry.left > 0);
      if (fault === undefined) {
        return send();
      }
      fault.left -= 1;
      if (fault.mode === 'conflict') {
        throw conflict(operation, input);
      }
      if (fault.mode === 'after') {
        await send();
      }
      throw serverError();
    },
  };
}
