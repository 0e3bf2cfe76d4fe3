import * as v from 'valibot';
import type { DeployedKey, KeyPurpose } from '../../core/records/record-key-change.ts';
import { requiredEnv } from './environment.ts';

const keys = v.array(
  v.strictObject({
    generation: v.number(),
    standing: v.picklist(['active', 'overlapping', 'retired']),
    keyId: v.string(),
  }),
);
const KeysByPurpose = v.strictObject({
  'envelope-mac': keys,
  'envelope-signing': keys,
  log: keys,
  receipts: keys,
});

/** The keys of every purpose, as this deployment says. */
export function keyGenerations(): { readonly [purpose in KeyPurpose]: readonly DeployedKey[] } {
  return v.parse(KeysByPurpose, JSON.parse(requiredEnv('KEY_GENERATIONS')));
}
