import { RemovalPolicy } from 'aws-cdk-lib';
import type { Grant } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { ProductFunction } from '../functions/product-function.ts';
import { functionRoleArn } from '../names.ts';
import { guardedKeyPolicy } from './key-policy.ts';

/**
 * The Ed25519 key that certifies the short-lived keys receipts are signed with. The certifying function alone signs with
 * it: no function that decides can give itself a certificate.
 */
export class ReceiptKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: 'Countersign receipts: certificates of epoch keys',
      keySpec: KeySpec.ECC_NIST_EDWARDS25519,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: RemovalPolicy.RETAIN,
      policy: guardedKeyPolicy(
        [{ sid: 'Sign', action: 'kms:Sign', roleArn: functionRoleArn(this, 'certify-epoch') }],
        ['kms:GetPublicKey', 'kms:Verify'],
      ),
    });
  }

  /** Lets the certifier sign; the key policy refuses every other role whatever IAM says. */
  grantCertify(certifier: ProductFunction): Grant {
    return certifier.allow({
      actions: ['kms:Sign'],
      resources: [this.key.keyArn],
      conditions: { StringEquals: { 'kms:SigningAlgorithm': 'ED25519_SHA_512' } },
      environment: { RECEIPT_KEY_ID: this.key.keyId },
    });
  }
}
