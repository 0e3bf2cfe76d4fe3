import type { Grant } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { ProductFunction } from '../functions/product-function.ts';
import { signingKey } from './signing-key.ts';

/** Signs reconciliation results and nothing else: neither the sealer nor the sequencer can state that records agree. */
export class ReconciliationKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.key = signingKey(this, 'Key', {
      description: 'Countersign reconciliation results: signature',
      signer: 'reconcile-ledger',
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
