import { RemovalPolicy } from 'aws-cdk-lib';
import type { Grant } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { ProductFunction } from '../functions/product-function.ts';
import { functionRoleArn } from '../names.ts';
import { guardedKeyPolicy } from './key-policy.ts';

/** The Ed25519 key of the transparency log: the sequencer alone signs with it, anyone may have the public half. */
export class LogKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: 'Countersign transparency log: checkpoints',
      keySpec: KeySpec.ECC_NIST_EDWARDS25519,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: RemovalPolicy.RETAIN,
      policy: guardedKeyPolicy(
        [{ sid: 'Sign', action: 'kms:Sign', roleArn: functionRoleArn(this, 'sequence-ledger') }],
        ['kms:GetPublicKey', 'kms:Verify'],
      ),
    });
  }

  /** Lets the sequencer sign and read the public key; the key policy refuses every other role whatever IAM says. */
  grantSign(sequencer: ProductFunction): Grant {
    sequencer.allow({ actions: ['kms:GetPublicKey'], resources: [this.key.keyArn] });
    return sequencer.allow({
      actions: ['kms:Sign'],
      resources: [this.key.keyArn],
      conditions: { StringEquals: { 'kms:SigningAlgorithm': 'ED25519_SHA_512' } },
      environment: { LOG_KEY_ID: this.key.keyId },
    });
  }
}
