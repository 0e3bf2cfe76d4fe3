import type { DeploymentConfig } from '../config/schema.ts';
import type { FunctionName } from '../functions/function-names.ts';
import type { GateFunctions } from '../gate/gate-functions.ts';
import type { ReceiptKey } from '../keys/receipt-key.ts';
import { logOrigin } from '../log/sequencer-variables.ts';

/** Functions whose replies carry a receipt. */
export const RECEIPT_GIVERS = [
  'submit-action',
  'redeem-action',
  'report-outcome',
  'cancel-action',
] as const satisfies readonly FunctionName[];

/** Lets one function certify receipt keys, and those that give receipts ask it. */
export function wireReceipts(functions: GateFunctions, key: ReceiptKey, config: DeploymentConfig): void {
  const certifier = functions['certify-epoch'];
  key.grantCertify(certifier);
  const terms = {
    LOG_ORIGIN: logOrigin(config),
    LOG_MERGE_DELAY_SECONDS: String(config.log.mergeDelaySeconds),
    RECEIPT_EPOCH_SECONDS: String(config.receiptEpochSeconds),
  };
  for (const [name, value] of Object.entries(terms)) certifier.lambda.addEnvironment(name, value);
  for (const name of RECEIPT_GIVERS) {
    functions[name].allow({
      actions: ['lambda:InvokeFunction'],
      resources: [certifier.lambda.functionArn],
      environment: { CERTIFY_EPOCH_FUNCTION_NAME: certifier.lambda.functionName },
    });
  }
}
