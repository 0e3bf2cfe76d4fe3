import { RemovalPolicy } from 'aws-cdk-lib';
import type { Grant } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { ProductFunction } from '../functions/product-function.ts';
import { functionRoleArn } from '../names.ts';
import { guardedKeyPolicy } from './key-policy.ts';

/** Signs reconciliation results and nothing else: neither the sealer nor the sequencer can state that records agree. */
export class ReconciliationKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: 'Countersign reconciliation results: signature',
      keySpec: KeySpec.ECC_NIST_EDWARDS25519,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: RemovalPolicy.RETAIN,
      policy: guardedKeyPolicy(
        [{ sid: 'Sign', action: 'kms:Sign', roleArn: functionRoleArn(this, 'reconcile-ledger') }],
        ['kms:GetPublicKey', 'kms:Verify'],
      ),
    });
  }

  /** Lets the reconciler sign; the key policy refuses every other role whatever IAM says. */
  grantSign(reconciler: ProductFunction): Grant {
    reconciler.allow({ actions: ['kms:GetPublicKey'], resources: [this.key.keyArn] });
    return reconciler.allow({
      actions: ['kms:Sign'],
      resources: [this.key.keyArn],
      conditions: { StringEquals: { 'kms:SigningAlgorithm': 'ED25519_SHA_512' } },
      environment: { RECONCILIATION_KEY_ID: this.key.keyId },
    });
  }
}
