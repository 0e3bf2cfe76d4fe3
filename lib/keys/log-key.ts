import type { Grant } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { KeyTerm } from '../config/key-terms.ts';
import type { ProductFunction } from '../functions/product-function.ts';
import { KeyGenerations } from './key-generations.ts';
import { signingKey } from './signing-key.ts';

/** Properties of {@link LogKey}. */
export interface LogKeyProps {
  readonly term: KeyTerm;
}

/**
 * The Ed25519 keys of the transparency log: the sequencer alone signs with them, anyone may have the public halves.
 * While two are in use it signs with both, so that whoever knows but one can follow.
 */
export class LogKey extends Construct {
  readonly keys: KeyGenerations;

  constructor(scope: Construct, id: string, props: LogKeyProps) {
    super(scope, id);
    this.keys = new KeyGenerations('Key', props.term, (keyId, isRetired) =>
      signingKey(this, keyId, {
        description: 'Countersign transparency log: checkpoints',
        signer: isRetired ? undefined : 'sequence-ledger',
      }),
    );
  }

  /** Lets the sequencer sign and read public keys; the key policies refuse every other role whatever IAM says. */
  grantSign(sequencer: ProductFunction): Grant {
    const { active, overlapping, retired } = this.keys;
    sequencer.allow({ actions: ['kms:GetPublicKey'], resources: arnsOf(this.keys.all()) });
    return sequencer.allow({
      actions: ['kms:Sign'],
      resources: arnsOf(this.keys.inUse()),
      conditions: { StringEquals: { 'kms:SigningAlgorithm': 'ED25519_SHA_512' } },
      environment: {
        LOG_KEY_ID: active.keyId,
        LOG_OVERLAP_KEY_ID: overlapping?.keyId ?? '',
        LOG_RETIRED_KEY_IDS: retired.map(({ keyId }) => keyId).join(','),
      },
    });
  }
}

function arnsOf(keys: readonly Key[]): string[] {
  return keys.map(({ keyArn }) => keyArn);
}
