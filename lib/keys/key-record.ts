import type { ProductFunction } from '../functions/product-function.ts';
import type { KeysStack } from '../stacks/keys-stack.ts';

/** Tells a function which keys there are, of every purpose. */
export function tellKeys(told: ProductFunction, { envelopes, log, receipts }: KeysStack): void {
  const purposes = {
    'envelope-mac': envelopes.macKeys,
    'envelope-signing': envelopes.signingKeys,
    log: log.keys,
    receipts: receipts.keys,
  };
  const described = Object.entries(purposes).map(([purpose, keys]) => [purpose, keys.described()]);
  told.lambda.addEnvironment('KEY_GENERATIONS', JSON.stringify(Object.fromEntries(described)));
}

/** Lets the function that records changes of keys know them and read their public halves. */
export function wireKeyRecord(recorder: ProductFunction, keys: KeysStack): void {
  tellKeys(recorder, keys);
  const signing = [keys.envelopes.signingKeys, keys.log.keys, keys.receipts.keys];
  recorder.allow({
    actions: ['kms:GetPublicKey'],
    resources: signing.flatMap((each) => each.all().map(({ keyArn }) => keyArn)),
  });
}
