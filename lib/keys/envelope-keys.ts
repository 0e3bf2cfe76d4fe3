import { RemovalPolicy } from 'aws-cdk-lib';
import type { Grant } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { KeyTerm } from '../config/key-terms.ts';
import type { ProductFunction } from '../functions/product-function.ts';
import { functionRoleArn } from '../names.ts';
import { KeyGenerations } from './key-generations.ts';
import { guardedKeyPolicy } from './key-policy.ts';
import { signingKey } from './signing-key.ts';

/** Properties of {@link EnvelopeKeys}. */
export interface EnvelopeKeysProps {
  readonly mac: KeyTerm;
  readonly signing: KeyTerm;
}

/**
 * The two keys of an approval envelope: a MAC the gate checks quickly, and a signature an outsider can check. Making
 * either belongs to the sealer alone, checking the MAC to redemption alone: what verifies cannot forge.
 */
export class EnvelopeKeys extends Construct {
  readonly macKeys: KeyGenerations;
  readonly signingKeys: KeyGenerations;

  constructor(scope: Construct, id: string, props: EnvelopeKeysProps) {
    super(scope, id);
    this.macKeys = new KeyGenerations('MacKey', props.mac, (keyId, isRetired) => this.makeMacKey(keyId, isRetired));
    this.signingKeys = new KeyGenerations('SigningKey', props.signing, (keyId, isRetired) =>
      signingKey(this, keyId, {
        description: 'Countersign approval envelopes: signature',
        signer: isRetired ? undefined : 'approval-seal',
        keySpec: KeySpec.ECC_NIST_P256,
      }),
    );
  }

  /** ARNs of every key that ever made envelope MACs. */
  macKeyArns(): readonly string[] {
    return this.macKeys.all().map(({ keyArn }) => keyArn);
  }

  /** Lets the sealer make MACs and signatures; the key policies refuse every other role whatever IAM says. */
  grantSeal(sealer: ProductFunction): Grant {
    const [macKey, signingKey] = [this.macKeys.active, this.signingKeys.active];
    sealer.allow({
      actions: ['kms:GenerateMac'],
      resources: [macKey.keyArn],
      conditions: { StringEquals: { 'kms:MacAlgorithm': 'HMAC_SHA_256' } },
      environment: { ENVELOPE_MAC_KEY_ID: macKey.keyId },
    });
    return sealer.allow({
      actions: ['kms:Sign'],
      resources: [signingKey.keyArn],
      conditions: { StringEquals: { 'kms:SigningAlgorithm': 'ECDSA_SHA_256' } },
      environment: { ENVELOPE_SIGNING_KEY_ID: signingKey.keyId },
    });
  }

  /** Lets redemption check MACs, those of a key that is being replaced too; it cannot make them. */
  grantVerifyMac(redeemer: ProductFunction): Grant {
    const keys = this.macKeys.inUse();
    return redeemer.allow({
      actions: ['kms:VerifyMac'],
      resources: keys.map(({ keyArn }) => keyArn),
      conditions: { StringEquals: { 'kms:MacAlgorithm': 'HMAC_SHA_256' } },
      environment: { ENVELOPE_MAC_KEY_IDS: keys.map(({ keyId }) => keyId).join(',') },
    });
  }

  private makeMacKey(id: string, isRetired: boolean): Key {
    const only = (name: 'approval-seal' | 'redeem-action') => (isRetired ? undefined : functionRoleArn(this, name));
    return new Key(this, id, {
      description: 'Countersign approval envelopes: HMAC',
      keySpec: KeySpec.HMAC_256,
      keyUsage: KeyUsage.GENERATE_VERIFY_MAC,
      removalPolicy: RemovalPolicy.RETAIN,
      policy: guardedKeyPolicy([
        { sid: 'GenerateMac', action: 'kms:GenerateMac', roleArn: only('approval-seal') },
        { sid: 'VerifyMac', action: 'kms:VerifyMac', roleArn: only('redeem-action') },
      ]),
    });
  }
}
