import { RemovalPolicy } from 'aws-cdk-lib';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { FunctionName } from '../functions/function-names.ts';
import { functionRoleArn } from '../names.ts';
import { guardedKeyPolicy } from './key-policy.ts';

/** Properties of {@link signingKey}. */
export interface SigningKeyProps {
  readonly description: string;
  /** The only function whose role may sign; undefined: nobody may any more. */
  readonly signer: FunctionName | undefined;
  /** @default Ed25519 */
  readonly keySpec?: KeySpec;
}

/** A key that one function signs with. Its public half is what makes a signature checkable without trusting this account. */
export function signingKey(
  scope: Construct,
  id: string,
  { description, signer, keySpec = KeySpec.ECC_NIST_EDWARDS25519 }: SigningKeyProps,
): Key {
  const roleArn = signer === undefined ? undefined : functionRoleArn(scope, signer);
  return new Key(scope, id, {
    description,
    keySpec,
    keyUsage: KeyUsage.SIGN_VERIFY,
    removalPolicy: RemovalPolicy.RETAIN,
    policy: guardedKeyPolicy([{ sid: 'Sign', action: 'kms:Sign', roleArn }], ['kms:GetPublicKey', 'kms:Verify']),
  });
}
