import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { buildApp, resources, templateOf } from '../support/synthesize.ts';

const template = templateOf(buildApp(), 'CountersignKeys');
const ROOT = 'arn:aws:iam::111122223333:root';
const NAMERS = ['submit-action', 'redeem-action', 'close-session', 'decide-approval', 'operate-controls'].map(
  (name) => `arn:aws:iam::111122223333:role/countersign-${name}`,
);
const SEALER = 'arn:aws:iam::111122223333:role/countersign-approval-seal';

function guarded(action: string, sid: string, roleArn: string) {
  return Match.objectLike({
    KeyPolicy: {
      Statement: Match.arrayWith([
        {
          Sid: `Allow${sid}`,
          Effect: 'Allow',
          Principal: { AWS: ROOT },
          Action: action,
          Resource: '*',
          Condition: { ArnEquals: { 'aws:PrincipalArn': roleArn } },
        },
        {
          Sid: `Only${sid}`,
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Action: action,
          Resource: '*',
          Condition: { ArnNotEquals: { 'aws:PrincipalArn': roleArn } },
        },
      ]),
    },
  });
}

describe('envelope keys', () => {
  it('give GenerateMac to the sealer alone when a MAC key is made', () => {
    template.hasResourceProperties('AWS::KMS::Key', { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
    template.hasResourceProperties('AWS::KMS::Key', guarded('kms:GenerateMac', 'GenerateMac', SEALER));
  });

  it('give VerifyMac to redemption alone when a MAC key is made', () => {
    const redeemer = 'arn:aws:iam::111122223333:role/countersign-redeem-action';
    template.hasResourceProperties('AWS::KMS::Key', guarded('kms:VerifyMac', 'VerifyMac', redeemer));
  });

  it('give Sign to the sealer alone when a signing key is made', () => {
    template.hasResourceProperties('AWS::KMS::Key', { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    template.hasResourceProperties('AWS::KMS::Key', guarded('kms:Sign', 'Sign', SEALER));
  });

  it('refuse grants and give no wildcard when they are administered', () => {
    for (const [logicalId, { properties }] of resources(template, 'AWS::KMS::Key')) {
      if (!logicalId.startsWith('Envelopes')) continue;
      const policy = JSON.stringify(properties['KeyPolicy']);
      expect(policy).not.toContain('kms:*');
      expect(policy).toContain('"Action":"kms:CreateGrant","Effect":"Deny","Principal":{"AWS":"*"}');
    }
  });
});

describe('the log key', () => {
  it('gives Sign to the sequencer alone when it is made', () => {
    const sequencer = 'arn:aws:iam::111122223333:role/countersign-sequence-ledger';
    template.hasResourceProperties('AWS::KMS::Key', { KeySpec: 'ECC_NIST_EDWARDS25519', KeyUsage: 'SIGN_VERIFY' });
    template.hasResourceProperties('AWS::KMS::Key', guarded('kms:Sign', 'Sign', sequencer));
  });
});

describe('the receipt key', () => {
  it('gives Sign to the certifier alone when it is made', () => {
    const certifier = 'arn:aws:iam::111122223333:role/countersign-certify-epoch';
    template.hasResourceProperties('AWS::KMS::Key', guarded('kms:Sign', 'Sign', certifier));
  });
});

describe('the keys stack', () => {
  it('keeps every key and the pepper when it is deleted', () => {
    const kept = [...resources(template, 'AWS::KMS::Key'), ...resources(template, 'AWS::SecretsManager::Secret')];
    expect(kept.length).toBeGreaterThan(3);
    for (const [, { deletionPolicy }] of kept) expect(deletionPolicy).toBe('Retain');
  });

  it('makes a long random pepper when it is deployed', () => {
    template.hasResourceProperties('AWS::SecretsManager::Secret', {
      GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
      KmsKeyId: Match.anyValue(),
    });
  });

  it('lets nobody read the pepper but makers of pseudonyms', () => {
    template.hasResourceProperties('AWS::SecretsManager::ResourcePolicy', {
      ResourcePolicy: {
        Statement: [
          Match.objectLike({
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: 'secretsmanager:GetSecretValue',
            Condition: { ArnNotEquals: { 'aws:PrincipalArn': NAMERS } },
          }),
        ],
      },
    });
  });

  it('rotates the one key that can rotate', () => {
    const rotating = [...resources(template, 'AWS::KMS::Key')].filter(([, key]) => key.properties['EnableKeyRotation']);
    expect(rotating.map(([logicalId]) => logicalId.replace(/[0-9A-F]{8}$/, ''))).toEqual(['OperationsKey']);
  });
});
