import { AccountRootPrincipal, AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';

/** Who may use a key for what; see {@link guardedKeyPolicy}. */
export interface GuardedUse {
  readonly sid: string;
  /** For example `kms:GenerateMac`. */
  readonly action: string;
  /** The only role that may; everyone else is denied, administrators included. Undefined: nobody may. */
  readonly roleArn: string | undefined;
}

/**
 * Administration without use: key policies can be changed, keys disabled, but nothing signed or computed, and no grant
 * made, because a grant would be a way around the uses below.
 */
const ADMINISTRATION = [
  'kms:DescribeKey',
  'kms:GetKeyPolicy',
  'kms:GetKeyRotationStatus',
  'kms:ListGrants',
  'kms:ListKeyPolicies',
  'kms:ListResourceTags',
  'kms:PutKeyPolicy',
  'kms:UpdateKeyDescription',
  'kms:EnableKey',
  'kms:DisableKey',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:RevokeGrant',
  'kms:ScheduleKeyDeletion',
  'kms:CancelKeyDeletion',
] as const;

/**
 * A key policy under which each guarded action belongs to one role. The default key policy hands every action to
 * whoever IAM allows, so that any IAM administrator could forge; an explicit deny cannot be granted around.
 *
 * The roles are matched by `aws:PrincipalArn`, not named as principals: KMS refuses a policy that names a role which
 * does not exist yet, and the roles are made after the keys.
 *
 * @param uses the guarded actions
 * @param openActions actions left to IAM, for example `kms:GetPublicKey`
 */
export function guardedKeyPolicy(uses: readonly GuardedUse[], openActions: readonly string[] = []): PolicyDocument {
  const document = new PolicyDocument();
  document.addStatements(
    new PolicyStatement({
      sid: 'AdministerWithoutUse',
      principals: [new AccountRootPrincipal()],
      actions: [...ADMINISTRATION],
      resources: ['*'],
    }),
    new PolicyStatement({
      sid: 'NoGrants',
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['kms:CreateGrant'],
      resources: ['*'],
    }),
  );
  if (openActions.length > 0) {
    document.addStatements(
      new PolicyStatement({
        sid: 'LeftToIam',
        principals: [new AccountRootPrincipal()],
        actions: [...openActions],
        resources: ['*'],
      }),
    );
  }
  for (const use of uses) document.addStatements(...guard(use));
  return document;
}

function guard(use: GuardedUse): readonly PolicyStatement[] {
  if (use.roleArn === undefined) {
    const nobody = { principals: [new AnyPrincipal()], actions: [use.action], resources: ['*'] };
    return [new PolicyStatement({ sid: `No${use.sid}`, effect: Effect.DENY, ...nobody })];
  }
  return [
    new PolicyStatement({
      sid: `Allow${use.sid}`,
      principals: [new AccountRootPrincipal()],
      actions: [use.action],
      resources: ['*'],
      conditions: { ArnEquals: { 'aws:PrincipalArn': use.roleArn } },
    }),
    new PolicyStatement({
      sid: `Only${use.sid}`,
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: [use.action],
      resources: ['*'],
      conditions: { ArnNotEquals: { 'aws:PrincipalArn': use.roleArn } },
    }),
  ];
}
