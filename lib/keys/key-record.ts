import type { ProductFunction } from '../functions/product-function.ts';
import type { KeysStack } from '../stacks/keys-stack.ts';

/** Tells the function that records changes of keys which there are, and lets it read the public halves. */
export function wireKeyRecord(recorder: ProductFunction, { envelopes, log, receipts }: KeysStack): void {
  const signing = { 'envelope-signing': envelopes.signingKeys, log: log.keys, receipts: receipts.keys };
  const all = { 'envelope-mac': envelopes.macKeys, ...signing };
  const described = Object.entries(all).map(([purpose, keys]) => [purpose, keys.described()]);
  recorder.allow({
    actions: ['kms:GetPublicKey'],
    resources: Object.values(signing).flatMap((keys) => keys.all().map(({ keyArn }) => keyArn)),
    environment: { KEY_GENERATIONS: JSON.stringify(Object.fromEntries(described)) },
  });
}
