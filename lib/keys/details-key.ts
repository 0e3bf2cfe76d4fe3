import { RemovalPolicy } from 'aws-cdk-lib';
import type { Grant } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { ProductFunction } from '../functions/product-function.ts';
import { DETAILS_KEY_ALIAS, DETAILS_READER_ROLE_NAME, roleArn } from '../names.ts';
import { guardedKeyPolicy } from './key-policy.ts';

/**
 * Wraps subjects' keys. Its public half encrypts wherever details are written, without a call to KMS; its private half
 * never leaves KMS and answers to the details reader alone, so what writes details cannot read them.
 */
export class DetailsKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: 'Countersign details: wraps the keys of subjects',
      alias: DETAILS_KEY_ALIAS,
      keySpec: KeySpec.RSA_3072,
      keyUsage: KeyUsage.ENCRYPT_DECRYPT,
      removalPolicy: RemovalPolicy.RETAIN,
      policy: guardedKeyPolicy(
        [{ sid: 'Decrypt', action: 'kms:Decrypt', roleArn: roleArn(this, DETAILS_READER_ROLE_NAME) }],
        ['kms:GetPublicKey'],
      ),
    });
  }

  /** Lets a function fetch the public half, which is all that writing details takes. */
  grantSeal(writer: ProductFunction): Grant {
    return writer.allow({
      actions: ['kms:GetPublicKey'],
      resources: [this.key.keyArn],
      environment: { DETAILS_KEY_ID: this.key.keyId },
    });
  }
}
