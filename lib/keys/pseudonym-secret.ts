import { RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, type Grant, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { FunctionName } from '../functions/function-names.ts';
import type { ProductFunction } from '../functions/product-function.ts';
import { functionRoleArn } from '../names.ts';

/** Properties of {@link PseudonymSecret}. */
export interface PseudonymSecretProps {
  readonly encryptionKey: IKey;
  /** Functions whose roles may read the pepper. */
  readonly readers: readonly FunctionName[];
}

/** 64 characters out of 62 are 381 bits: more than the HMAC uses. */
const PEPPER_LENGTH = 64;

/** The key of all pseudonyms. It never reaches the ledger; deleting it makes every pseudonym final. */
export class PseudonymSecret extends Construct {
  readonly secret: Secret;
  private readonly encryptionKey: IKey;

  constructor(scope: Construct, id: string, props: PseudonymSecretProps) {
    super(scope, id);
    this.encryptionKey = props.encryptionKey;
    this.secret = new Secret(this, 'Pepper', {
      description: 'Countersign pseudonym key',
      encryptionKey: props.encryptionKey,
      generateSecretString: { passwordLength: PEPPER_LENGTH, excludePunctuation: true },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    // An IAM policy can allow reading; this still refuses everyone else, account administrators included.
    this.secret.addToResourcePolicy(
      new PolicyStatement({
        sid: 'OnlyPseudonymMakers',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['secretsmanager:GetSecretValue'],
        resources: ['*'],
        conditions: {
          ArnNotEquals: { 'aws:PrincipalArn': props.readers.map((name) => functionRoleArn(this, name)) },
        },
      }),
    );
    const rotation =
      'a new pepper gives every person a new pseudonym, so it changes by a key version a person decides on, not on a timer';
    acknowledge(this.secret, {
      'AwsSolutions-SMG4': rotation,
      'NIST.800.53.R5-SecretsManagerRotationEnabled': rotation,
    });
  }

  /** Sets the variable that names the secret; reading it needs {@link grantRead}. */
  wire(reader: ProductFunction): void {
    reader.lambda.addEnvironment('PSEUDONYM_SECRET_ARN', this.secret.secretArn);
  }

  /** Lets a function turn names into pseudonyms. */
  grantRead(reader: ProductFunction): Grant {
    this.wire(reader);
    reader.allow({ actions: ['secretsmanager:GetSecretValue'], resources: [this.secret.secretArn] });
    return reader.allow({
      actions: ['kms:Decrypt'],
      resources: [this.encryptionKey.keyArn],
      conditions: { StringEquals: { 'kms:EncryptionContext:SecretARN': this.secret.secretArn } },
    });
  }
}
