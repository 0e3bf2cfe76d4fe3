import { RemovalPolicy } from 'aws-cdk-lib';
import type { Grant } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { ProductFunction } from '../functions/product-function.ts';
import { functionRoleArn } from '../names.ts';
import { guardedKeyPolicy } from './key-policy.ts';

/**
 * The two keys of an approval envelope: a MAC the gate checks quickly, and a signature an outsider can check. Making
 * either belongs to the sealer alone, checking the MAC to redemption alone: what verifies cannot forge.
 */
export class EnvelopeKeys extends Construct {
  readonly macKey: Key;
  readonly signingKey: Key;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const sealer = functionRoleArn(this, 'approval-seal');
    const redeemer = functionRoleArn(this, 'redeem-action');
    this.macKey = new Key(this, 'MacKey', {
      description: 'Countersign approval envelopes: HMAC',
      keySpec: KeySpec.HMAC_256,
      keyUsage: KeyUsage.GENERATE_VERIFY_MAC,
      removalPolicy: RemovalPolicy.RETAIN,
      policy: guardedKeyPolicy([
        { sid: 'GenerateMac', action: 'kms:GenerateMac', roleArn: sealer },
        { sid: 'VerifyMac', action: 'kms:VerifyMac', roleArn: redeemer },
      ]),
    });
    this.signingKey = new Key(this, 'SigningKey', {
      description: 'Countersign approval envelopes: signature',
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: RemovalPolicy.RETAIN,
      policy: guardedKeyPolicy(
        [{ sid: 'Sign', action: 'kms:Sign', roleArn: sealer }],
        // The public half is what makes a signature checkable without trusting this account.
        ['kms:GetPublicKey', 'kms:Verify'],
      ),
    });
  }

  /** ARNs of every key that ever made envelope MACs. */
  macKeyArns(): readonly string[] {
    return [this.macKey.keyArn];
  }

  /** Lets the sealer make MACs and signatures; the key policies refuse every other role whatever IAM says. */
  grantSeal(sealer: ProductFunction): Grant {
    sealer.allow({
      actions: ['kms:GenerateMac'],
      resources: [this.macKey.keyArn],
      conditions: { StringEquals: { 'kms:MacAlgorithm': 'HMAC_SHA_256' } },
      environment: { ENVELOPE_MAC_KEY_ID: this.macKey.keyId },
    });
    return sealer.allow({
      actions: ['kms:Sign'],
      resources: [this.signingKey.keyArn],
      conditions: { StringEquals: { 'kms:SigningAlgorithm': 'ECDSA_SHA_256' } },
      environment: { ENVELOPE_SIGNING_KEY_ID: this.signingKey.keyId },
    });
  }

  /** Lets redemption check MACs; it cannot make them. */
  grantVerifyMac(redeemer: ProductFunction): Grant {
    return redeemer.allow({
      actions: ['kms:VerifyMac'],
      resources: [this.macKey.keyArn],
      conditions: { StringEquals: { 'kms:MacAlgorithm': 'HMAC_SHA_256' } },
      environment: { ENVELOPE_MAC_KEY_ID: this.macKey.keyId },
    });
  }
}
