import type { Grant } from 'aws-cdk-lib/aws-iam';

import { Construct } from 'constructs';
import type { KeyTerm } from '../config/key-terms.ts';
import type { ProductFunction } from '../functions/product-function.ts';
import { KeyGenerations } from './key-generations.ts';
import { signingKey } from './signing-key.ts';

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
    this.keys = new KeyGenerations('Key', props.term, (keyId, isRetired) =>
      signingKey(this, keyId, {
        description: 'Countersign receipts: certificates of epoch keys',
        signer: isRetired ? undefined : 'certify-epoch',
      }),
    );
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
}
