import { RemovalPolicy } from 'aws-cdk-lib';
import type { Grant } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { KeyTerm } from '../config/key-terms.ts';
import type { ProductFunction } from '../functions/product-function.ts';
import { functionRoleArn } from '../names.ts';
import { KeyGenerations } from './key-generations.ts';
import { guardedKeyPolicy } from './key-policy.ts';

/** Properties of {@link ReceiptKey}. */
export interface ReceiptKeyProps {
  readonly term: KeyTerm;
}

/**
 * The Ed25519 key that certifies the short-lived keys receipts are signed with. The certifying function alone signs with
 * it: no function that decides can give itself a certificate.
 */
export class ReceiptKey extends Construct {
  readonly keys: KeyGenerations;

  constructor(scope: Construct, id: string, props: ReceiptKeyProps) {
    super(scope, id);
    this.keys = new KeyGenerations('Key', props.term, (keyId, isRetired) => this.makeKey(keyId, isRetired));
  }

  /** Lets the certifier sign; the key policies refuse every other role whatever IAM says. */
  grantCertify(certifier: ProductFunction): Grant {
    const { active } = this.keys;
    return certifier.allow({
      actions: ['kms:Sign'],
      resources: [active.keyArn],
      conditions: { StringEquals: { 'kms:SigningAlgorithm': 'ED25519_SHA_512' } },
      environment: { RECEIPT_KEY_ID: active.keyId },
    });
  }

  private makeKey(id: string, isRetired: boolean): Key {
    return new Key(this, id, {
      description: 'Countersign receipts: certificates of epoch keys',
      keySpec: KeySpec.ECC_NIST_EDWARDS25519,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: RemovalPolicy.RETAIN,
      policy: guardedKeyPolicy(
        [{ sid: 'Sign', action: 'kms:Sign', roleArn: isRetired ? undefined : functionRoleArn(this, 'certify-epoch') }],
        ['kms:GetPublicKey', 'kms:Verify'],
      ),
    });
  }
}
